import { addMessages } from './errors.ts'
import { laterCatalogue } from './later-catalogue.ts'

/**
 * Makes the messages known that a page does not need at once. What a page loads later calls it first: a runtime, what looks
 * inside a model, and models of sequences.
 */
export function addLaterMessages(): void {
  addMessages(laterCatalogue)
}
