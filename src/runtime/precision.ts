export { type Precision, precisionNames } from '../plan/precision.ts'
