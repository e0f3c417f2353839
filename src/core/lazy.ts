/** Makes a value when it is first asked for, so that importing a module costs nothing. */
export function lazy<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
