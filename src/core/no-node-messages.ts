/** Takes the place of node-messages.ts in a browser, as `browser` in package.json says: messages come with what gives them. */
export const nodeMessages = {}
