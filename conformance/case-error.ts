/** A case, or a file of cases, that cannot be run; the message is one line for people. */
export class CaseError extends Error {
  override readonly name = 'CaseError'
}
