import { SluiceError } from 'sluice'
import { decodeBytes } from 'sluice/data'
import type { TextFile } from './messages.ts'

/** Bytes of a torn character, at most. */
const longestTear = 3

/** The text of a file. @throws Error for people where it is none in that encoding */
export function decodeFile({ name, bytes, isCut, encoding }: TextFile): string {
  for (let torn = 0; ; torn++) {
    try {
      return decodeBytes(bytes.subarray(0, bytes.length - torn), encoding, name)
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      if (!isCut || torn === longestTear) throw new Error(reasonOf(error, name), { cause: error })
    }
  }
}

/** Why some bytes are no text, and what to do. */
function reasonOf({ key, values }: SluiceError, name: string): string {
  const { byte, value, encoding } = values
  const reasons: Readonly<Record<string, string>> = {
    'text-binary': `${name} holds a zero at byte ${byte}, as no text does in UTF-8.`,
    'text-encoding/utf-16': `${name} is UTF-16 (${encoding}), not UTF-8.`,
    'text-encoding/utf-8': `${name} is not UTF-8: byte ${byte} (${value}) starts no character.`,
  }
  const reason = reasons[key] ?? `${name} is not ${encoding}.`
  return `${reason} Nothing was taken from it: if it is a text, choose its encoding beside “Open a file”.`
}
