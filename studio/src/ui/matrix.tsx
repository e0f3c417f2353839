import { useEffect, useRef } from 'preact/hooks'
import { type Range, colourIn } from './colour.ts'
import { isDark } from './theme.tsx'

/** Where a reader points in a matrix. */
export interface Spot {
  readonly row: number
  readonly column: number
}

interface MatrixProps {
  readonly label: string
  readonly rows: number
  readonly columns: number
  readonly range: Range
  readonly value: (row: number, column: number) => number
  /** Pixels of a field; wide fields shrink where there is no room. */
  readonly field: readonly [width: number, height: number]
  /** The row and column that are marked. */
  readonly marked?: Partial<Spot>
  /** Changes whenever the numbers do. */
  readonly stamp: unknown
  readonly onPick?: (spot: Spot) => void
  readonly onPoint?: (spot: Spot | undefined) => void
}

/** Numbers as a picture: a field of colour for each. */
export function Matrix(props: MatrixProps) {
  const { label, rows, columns, range, value, field, marked = {}, stamp, onPick, onPoint } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const dark = isDark.value
  const [width, height] = [columns * field[0], rows * field[1]]
  useEffect(() => {
    const element = canvas.current!
    element.width = columns
    element.height = rows
    const context = element.getContext('2d')!
    const image = context.createImageData(columns, rows)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++)
        image.data.set([...colourIn(range, value(row, column), dark), 255], 4 * (row * columns + column))
    }
    context.putImageData(image, 0, 0)
  }, [stamp, dark, rows, columns])
  const spotOf = ({ clientX, clientY, currentTarget }: MouseEvent): Spot => {
    const box = (currentTarget as Element).getBoundingClientRect()
    const place = (offset: number, size: number, count: number): number =>
      Math.min(count - 1, Math.max(0, Math.floor((offset / size) * count)))
    return {
      row: place(clientY - box.top, box.height, rows),
      column: place(clientX - box.left, box.width, columns),
    }
  }
  return (
    <div
      class="matrix"
      style={{ '--width': `${width}px`, '--height': `${height}px` }}
      onClick={onPick && ((event) => onPick(spotOf(event)))}
      onMouseMove={onPoint && ((event) => onPoint(spotOf(event)))}
      onMouseLeave={onPoint && (() => onPoint(undefined))}
    >
      <canvas ref={canvas} role="img" aria-label={label} />
      {marked.row !== undefined && (
        <i
          class="mark"
          style={{ top: `${(marked.row / rows) * 100}%`, height: `${100 / rows}%`, left: 0, right: 0 }}
        />
      )}
      {marked.column !== undefined && (
        <i
          class="mark"
          style={{
            left: `${(marked.column / columns) * 100}%`,
            width: `${100 / columns}%`,
            top: 0,
            bottom: 0,
          }}
        />
      )}
    </div>
  )
}
