import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Cell } from 'sluice/equations'
import { drawCell } from 'sluice/draw'
import type { Renaming } from '../math/equation.ts'
import { originalOf, renamedStep } from './renamed.ts'
import { lit } from './state.ts'

interface DiagramProps {
  readonly cell: Cell
  /** In front of the ids of the picture; another on the page must have another. */
  readonly prefix: string
  /** Other names for its values. */
  readonly renaming?: Renaming
}

const unchanged: Renaming = {}

/** The picture of a cell; what belongs to a value is lit with it. */
export function Diagram({ cell, prefix, renaming = unchanged }: DiagramProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current!
    element.innerHTML = drawCell(renamedStep(cell.step, renaming), { prefix })
    return effect(() => {
      const wanted = lit.value
      for (const part of element.querySelectorAll<SVGElement>('[data-values], [data-parameters]')) {
        const { values = '', parameters = '' } = part.dataset
        const names = [...values.split(' '), ...parameters.split(' ')]
        part.classList.toggle('lit', wanted !== undefined && names.includes(renaming[wanted] ?? wanted))
      }
    })
  }, [cell, renaming])
  const point = ({ target }: Event): void => {
    const part = (target as Element).closest<SVGElement>('[data-values]')
    const name = part?.dataset['values']?.split(' ')[0]
    lit.value = name && originalOf(name, renaming)
  }
  return <div class="diagram" ref={place} onMouseOver={point} onMouseLeave={() => (lit.value = undefined)} />
}
