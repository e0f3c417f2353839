import { CaseError } from './case-error.ts'

/** An array of a case file, row-major. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

/** An object of a case file. Each field is checked when it is read; a wrong one is an error that says where it is. */
export class Fields {
  readonly #where: string
  readonly #record: Readonly<Record<string, unknown>>

  constructor(value: unknown, where: string) {
    this.#where = where
    if (!isRecord(value)) throw this.error('must be an object')
    this.#record = value
  }

  /** Whether there is a field of this name that is not null. */
  has(key: string): boolean {
    return Object.hasOwn(this.#record, key) && this.#record[key] !== null
  }

  names(): readonly string[] {
    return Object.keys(this.#record)
  }

  /** The same fields, if all are among the given ones. */
  known(keys: readonly string[]): this {
    const stranger = this.names().find((key) => !keys.includes(key))
    if (stranger === undefined) return this
    throw this.wrong(stranger, `is not known; known are ${keys.join(', ')}`)
  }

  object(key: string): Fields {
    return new Fields(this.#record[key], this.#place(key))
  }

  text(key: string): string {
    return this.#take(key, 'a text', isText)
  }

  /** One of the given texts. */
  choice<T extends string>(key: string, choices: readonly T[]): T {
    const isChoice = (value: unknown): value is T => choices.some((choice) => choice === value)
    return this.#take(key, `one of ${choices.join(', ')}`, isChoice)
  }

  number(key: string): number {
    return this.#take(key, 'a number', isNumber)
  }

  /** A whole number above zero. */
  count(key: string): number {
    const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0
    return this.#take(key, 'a whole number above zero', isCount)
  }

  flag(key: string): boolean {
    return this.#take(key, 'true or false', (value) => typeof value === 'boolean')
  }

  texts(key: string): readonly string[] {
    return this.#take(key, 'a list of texts', listOf(isText))
  }

  numbers(key: string): readonly number[] {
    return this.#take(key, 'a list of numbers', listOf(isNumber))
  }

  objects(key: string): readonly Fields[] {
    const values = this.#take(key, 'a list', Array.isArray)
    return values.map((value, index) => new Fields(value, `${this.#place(key)}[${index}]`))
  }

  /** `{"shape": [...], "data": [...]}`; ONNX cases say `dims` for `shape`. */
  tensor(key: string): Tensor {
    const fields = this.object(key)
    const tensor = {
      shape: fields.numbers(fields.has('dims') ? 'dims' : 'shape'),
      data: fields.numbers('data'),
    }
    const entries = tensor.shape.reduce((total, size) => total * size, 1)
    if (tensor.data.length === entries) return tensor
    throw fields.error(`has ${tensor.data.length} entries for the shape [${tensor.shape.join(', ')}]`)
  }

  /** All fields, each a tensor. */
  tensors(): ReadonlyMap<string, Tensor> {
    return new Map(this.names().map((key) => [key, this.tensor(key)]))
  }

  /** An error about the object, for rules that only a format knows. */
  error(message: string): CaseError {
    return new CaseError(`${this.#where} ${message}.`)
  }

  /** An error about one of its fields. */
  wrong(key: string, message: string): CaseError {
    return new CaseError(`${this.#place(key)} ${message}.`)
  }

  #take<T>(key: string, what: string, test: (value: unknown) => value is T): T {
    const value = this.#record[key]
    if (test(value)) return value
    const found = value === undefined ? 'but is missing' : `not ${JSON.stringify(value).slice(0, 60)}`
    throw this.wrong(key, `must be ${what}, ${found}`)
  }

  #place(key: string): string {
    return `${this.#where}: ${key}`
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => Number.isFinite(value)

function listOf<T>(test: (value: unknown) => value is T) {
  return (value: unknown): value is readonly T[] => Array.isArray(value) && value.every(test)
}

/** The tensor with its first two axes swapped: batch-first to time-major and back. */
export function swapped({ shape, data }: Tensor): Tensor {
  const [first = 1, second = 1, ...rest] = shape
  const size = rest.reduce((total, length) => total * length, 1)
  const result: number[] = []
  for (let j = 0; j < second; j++) {
    for (let i = 0; i < first; i++) {
      const start = (i * second + j) * size
      result.push(...data.slice(start, start + size))
    }
  }
  return { shape: [second, first, ...rest], data: result }
}

/** The data of a tensor in equal parts along its first axis. */
export function parts({ data }: Tensor, count: number): readonly (readonly number[])[] {
  const size = data.length / count
  return Array.from({ length: count }, (_unused, index) => data.slice(index * size, (index + 1) * size))
}
