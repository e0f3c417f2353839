import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../bench/${name}`, import.meta.url), 'utf8'))

test("the rivals' versions are exact, and the lock file holds no addresses", () => {
  const { dependencies } = read('package.json') as { readonly dependencies: Readonly<Record<string, string>> }
  const { packages } = read('package-lock.json') as {
    readonly packages: Readonly<Record<string, { readonly version?: string; readonly resolved?: string }>>
  }
  for (const [name, version] of Object.entries(dependencies)) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(packages[`node_modules/${name}`]?.version).toBe(version)
  }
  expect(Object.keys(packages).filter((name) => packages[name]!.resolved !== undefined)).toEqual([])
})
