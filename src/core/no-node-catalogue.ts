/** Takes the place of node-catalogue.ts in a browser: `browser` in package.json says so. */
export const nodeCatalogue = {}
