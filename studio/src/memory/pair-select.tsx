import { ownCell } from '../store.ts'
import { CellSelect } from '../ui/cell-select.tsx'
import { colours, pair } from './pair.ts'

/** The choice of the two cells. */
export function PairSelect() {
  const [left, right] = pair.value
  return (
    <>
      <span class="side" style={{ '--colour': `var(${colours[0]})` }}>
        <CellSelect
          label="one cell"
          value={left}
          own={ownCell.value}
          onChoose={(cell) => (pair.value = [cell, right])}
        />
      </span>
      <span class="side" style={{ '--colour': `var(${colours[1]})` }}>
        <CellSelect
          label="another"
          value={right}
          own={ownCell.value}
          onChoose={(cell) => (pair.value = [left, cell])}
        />
      </span>
    </>
  )
}
