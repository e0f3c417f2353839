export { type ColumnKind, type Kind, isList } from './cells.ts'
export { type FilledColumn, type Filling, fillMissing, fillings } from './fill.ts'
export { type LabelledOptions, type LabelledTexts, labelledBatches, readLabelled } from './labelled.ts'
export {
  type NumberColumns,
  type ScaledColumn,
  Scaling,
  ScalingFitter,
  type ScalingKind,
  scalingKinds,
} from './scaling.ts'
export {
  type ForecastOptions,
  type Series,
  type SeriesOptions,
  type SeriesSet,
  columnsOf,
  forecastStarts,
  framesOf,
  readSeries,
} from './series.ts'
export {
  type Cell,
  type List,
  type Place,
  type RowBatch,
  type Table,
  requireColumns,
  tableFrom,
} from './table.ts'
export { type CalendarFeature, calendarColumns, calendarFeatures, timeOf } from './time.ts'
export {
  type CellOptions,
  type TypedBatch,
  finiteNumber,
  inferKinds,
  present,
  presentText,
  typedBatches,
} from './typed.ts'
