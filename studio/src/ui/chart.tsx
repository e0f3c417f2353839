import { useEffect, useRef, useState } from 'preact/hooks'
import { type Axis, axisFor, nearestIndex, pathOf, placeOn, tickText } from './axis.ts'
import { compact, thousands } from './format.ts'
import type { Stroke } from './stroke.ts'

/** A line of a chart. */
export interface Line extends Stroke {
  readonly label: string
  readonly values: readonly (number | null)[]
  /** Joined over missing values. */
  readonly joined?: boolean
}

interface ChartProps {
  readonly label: string
  readonly xLabel: string
  /** Places of the values, rising. */
  readonly x: readonly number[]
  readonly lines: readonly Line[]
  readonly height?: number
  /** From the bottom to the top; what the numbers need unless given. */
  readonly yRange?: readonly [number, number]
  /** What is written for a number of the lines; as many digits as are needed unless given. */
  readonly yText?: (value: number) => string
}

/** Room for the numbers beside the plane, in pixels. */
const margin = { left: 46, right: 10, top: 8, bottom: 20 }

/** The width of an element, as it changes. */
function useWidth() {
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(600)
  useEffect(() => {
    const observer = new ResizeObserver(() => setWidth(place.current?.clientWidth ?? 0))
    observer.observe(place.current!)
    return () => observer.disconnect()
  }, [])
  return [place, width] as const
}

/** Curves over a common axis, with the numbers under the pointer, or the last ones, below. */
export function Chart({ label, xLabel, x, lines, height = 220, yRange, yText }: ChartProps) {
  const [place, width] = useWidth()
  const [pointed, setPointed] = useState<number | undefined>(undefined)
  const plane = {
    width: Math.max(1, width - margin.left - margin.right),
    height: height - margin.top - margin.bottom,
  }
  const xAxis = axisFor(x, plane.width / 90)
  const yAxis = axisFor(
    lines.flatMap(({ values }) => values),
    plane.height / 45,
    yRange,
  )
  const left = (value: number): number => margin.left + placeOn(xAxis, value) * plane.width
  const top = (value: number): number => margin.top + (1 - placeOn(yAxis, value)) * plane.height
  const at = pointed === undefined ? undefined : nearestIndex(x, pointed)
  const point = ({ clientX, currentTarget }: MouseEvent): void => {
    const offset = clientX - (currentTarget as Element).getBoundingClientRect().left - margin.left
    setPointed(xAxis.least + (offset / plane.width) * (xAxis.most - xAxis.least))
  }
  return (
    <div class="chart" ref={place}>
      <svg
        role="img"
        aria-label={label}
        width={width}
        height={height}
        onMouseMove={point}
        onMouseLeave={() => setPointed(undefined)}
      >
        <Grid {...{ xAxis, yAxis, left, top, width, height, yText }} />
        {lines.map(({ label: name, values, joined = false, ...stroke }) => (
          <path key={name} d={pathOf(x, values, (a, b) => [left(a), top(b)], joined)} {...drawn(stroke)} />
        ))}
        {at !== undefined && at >= 0 && (
          <line
            class="pointer"
            x1={left(x[at]!)}
            x2={left(x[at]!)}
            y1={margin.top}
            y2={height - margin.bottom}
          />
        )}
      </svg>
      <Legend {...{ xLabel, x, lines, yText, at: at ?? x.length - 1 }} />
    </div>
  )
}

function drawn({ colour, width = 1.5, dashes }: Stroke) {
  return {
    fill: 'none',
    stroke: `var(${colour})`,
    'stroke-width': width,
    ...(dashes !== undefined && { 'stroke-dasharray': dashes }),
  }
}

/** A piece of a line, to be put before its name. */
export function Sample(stroke: Stroke) {
  return (
    <svg class="sample" width={36} height={8} aria-hidden="true">
      <path d="M0 4H36" {...drawn({ ...stroke, width: Math.max(2, stroke.width ?? 0) })} />
    </svg>
  )
}

interface GridProps {
  readonly xAxis: Axis
  readonly yAxis: Axis
  readonly left: (value: number) => number
  readonly top: (value: number) => number
  readonly width: number
  readonly height: number
  readonly yText: ChartProps['yText'] | undefined
}

function Grid({ xAxis, yAxis, left, top, width, height, yText }: GridProps) {
  return (
    <g class="axes">
      {xAxis.ticks.map((tick) => (
        <g key={tick}>
          <line x1={left(tick)} x2={left(tick)} y1={margin.top} y2={height - margin.bottom} />
          <text x={left(tick)} y={height - 5} text-anchor={left(tick) > width - 24 ? 'end' : 'middle'}>
            {tickText(xAxis, tick)}
          </text>
        </g>
      ))}
      {yAxis.ticks.map((tick) => (
        <g key={tick}>
          <line x1={margin.left} x2={width - margin.right} y1={top(tick)} y2={top(tick)} />
          <text x={margin.left - 6} y={top(tick) + 4} text-anchor="end">
            {yText ? yText(tick) : tickText(yAxis, tick)}
          </text>
        </g>
      ))}
    </g>
  )
}

interface LegendProps extends Pick<ChartProps, 'xLabel' | 'x' | 'lines'> {
  readonly at: number
  readonly yText: ChartProps['yText'] | undefined
}

function Legend({ xLabel, x, lines, at, yText = compact }: LegendProps) {
  return (
    <p class="legend">
      <span>
        {xLabel} {x[at] === undefined ? '' : thousands(x[at])}
      </span>
      {lines.map(({ label, values, joined, ...stroke }) => {
        const value = joined ? values.slice(0, at + 1).findLast((each) => each !== null) : values[at]
        return (
          <span key={label}>
            <Sample {...stroke} /> {label}{' '}
            {value === undefined || value === null ? '' : <b>{yText(value)}</b>}
          </span>
        )
      })}
    </p>
  )
}
