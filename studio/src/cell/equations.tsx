import { signal } from '@preact/signals'
import { cellText } from 'sluice/equations'
import { equationsMath } from '../math/equation.ts'
import { Choice } from '../ui/controls.tsx'
import { decimal } from '../ui/format.ts'
import { Formula } from '../ui/math.tsx'
import { at, cell, lit, numberAt, seen, telling, unit } from './state.ts'

const spelling = signal<'textbook' | 'plain' | 'latex'>('textbook')

const spellings = [
  { name: 'textbook', title: 'textbook' },
  { name: 'plain', title: 'plain', hint: 'as a program is written: primes for new values' },
  { name: 'latex', title: 'LaTeX' },
] as const

/** The equations of the cell, in three spellings; each is lit with its part of the diagram and its numbers. */
export function Equations() {
  if (!cell.value) return null
  const { syntax } = cell.value
  const { words, renaming } = telling.value
  const math = equationsMath(syntax, renaming)
  const lines =
    spelling.value === 'textbook' ? [] : cellText(cell.value, spelling.value).trimEnd().split('\n')
  return (
    <>
      <Choice
        label="Spelling"
        value={spelling.value}
        choices={spellings}
        onChoose={(name) => (spelling.value = name)}
      />
      {spelling.value === 'textbook' ? (
        <ol class="equations" data-testid="equations">
          {syntax.equations.map(({ target }, index) => (
            <li
              key={target + index}
              tabIndex={0}
              class={lit.value === target ? 'lit' : ''}
              data-value={target}
              onMouseEnter={() => (lit.value = target)}
              onMouseLeave={() => (lit.value = undefined)}
              onFocus={() => (lit.value = target)}
              onBlur={() => (lit.value = undefined)}
            >
              <Formula math={math[index]!} />
              <span class="word">{words[target]}</span>
              <span class="number" data-testid={`equation-${target}`}>
                {decimal(numberAt(seen.value, target, at.value, unit.value), 3)}
              </span>
            </li>
          ))}
        </ol>
      ) : (
        <pre class="spelled" tabIndex={0}>
          {lines.join('\n')}
        </pre>
      )}
    </>
  )
}
