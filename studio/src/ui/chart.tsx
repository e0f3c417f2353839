import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { compact } from './format.ts'
import { isDark } from './theme.tsx'

/** A line of a chart. */
export interface Line {
  readonly label: string
  /** Name of a custom property of the page's styles, such as `--blue`. */
  readonly colour: string
  readonly values: readonly (number | null)[]
  readonly width?: number
  /** Joined over missing values. */
  readonly joined?: boolean
  readonly dashed?: boolean
}

interface ChartProps {
  readonly label: string
  readonly xLabel: string
  readonly x: readonly number[]
  readonly lines: readonly Line[]
  readonly height?: number
  /** From the bottom to the top; what the numbers need unless given. */
  readonly yRange?: readonly [number, number]
}

function colourOf(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim()
}

function optionsFor({ xLabel, lines, height = 240, yRange }: ChartProps, width: number): uPlot.Options {
  const [ink, line] = [colourOf('--dim'), colourOf('--line')]
  const axis = {
    stroke: ink,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line },
    font: '12px system-ui',
  }
  return {
    width,
    height,
    scales: { x: { time: false }, ...(yRange && { y: { range: [...yRange] } }) },
    axes: [
      { ...axis, label: xLabel, labelSize: 20, labelFont: '12px system-ui' },
      { ...axis, size: 56, values: (_plot, values) => values.map(compact) },
    ],
    legend: { live: true },
    cursor: { drag: { x: true, y: false } },
    series: [
      { label: xLabel },
      ...lines.map(({ label, colour, width: thick = 1.5, joined = false, dashed = false }) => ({
        label,
        stroke: colourOf(colour),
        width: thick,
        spanGaps: joined,
        points: { show: false },
        ...(dashed && { dash: [5, 4] }),
        value: (_plot: uPlot, value: number | null) => (value === null ? '–' : compact(value)),
      })),
    ],
  }
}

/** Curves over a common axis; drawn anew when theme, lines or width change, and moved on when numbers do. */
export function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const dark = isDark.value
  const kinds = props.lines.map(({ label, colour }) => label + colour).join()
  useEffect(() => {
    const element = place.current!
    const draw = (): void => {
      plot.current?.destroy()
      plot.current = new uPlot(optionsFor(props, element.clientWidth), dataOf(props), element)
    }
    draw()
    const observer = new ResizeObserver(() => {
      if (plot.current && plot.current.width !== element.clientWidth)
        plot.current.setSize({ width: element.clientWidth, height: props.height ?? 240 })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [dark, kinds, props.height])
  useEffect(() => plot.current?.setData(dataOf(props)))
  return <div class="chart" role="img" aria-label={props.label} ref={place} />
}

function dataOf({ x, lines }: ChartProps): uPlot.AlignedData {
  return [[...x], ...lines.map(({ values }) => [...values])]
}
