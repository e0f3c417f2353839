import { laterCatalogue } from './later-catalogue.ts'
import { nodeCatalogue } from './node-catalogue.ts'

/** What Node knows at once beside the catalogue of pages: all other messages. */
export const nodeMessages = { ...laterCatalogue, ...nodeCatalogue }
