import { type Field, bytes, integer, joined, message } from './protobuf.ts'

/* Writes ONNX models: the few messages of onnx.proto that a recurrent network needs. */

/** A tensor that the model holds. */
export interface Initializer {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array | BigInt64Array
}

/** One operation; an empty name of an input leaves it out. */
export interface Node {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly integers?: Readonly<Record<string, number>>
}

/** An input or output of the model. */
export interface Value {
  readonly name: string
  readonly type: 'float32' | 'int64'
  readonly shape: readonly number[]
}

/** Everything of a model. */
export interface OnnxGraph {
  readonly nodes: readonly Node[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
}

/** Numbers of the fields in each message. */
const model = { irVersion: 1, graph: 7, operatorSet: 8 } as const
const operatorSet = { version: 2 } as const
const graph = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const
const node = { input: 1, output: 2, op: 4, attribute: 5 } as const
const attribute = { name: 1, integer: 3, type: 20 } as const
const tensor = { dimension: 1, type: 2, name: 8, raw: 9 } as const
const value = { name: 1, type: 2 } as const
const type = { tensor: 1 } as const
const tensorType = { element: 1, shape: 2 } as const
const shape = { dimension: 1 } as const
const dimension = { value: 1 } as const

const integerAttribute = 2
const elementTypes = { float32: 1, int64: 7 } as const

/** Versions of the format and of the operators that the models are written for. */
const versions = { ir: 8, operators: 14 } as const

/** The bytes of a model. */
export function onnxModel({ nodes, initializers, inputs, outputs }: OnnxGraph): Uint8Array {
  return joined([
    integer(model.irVersion, versions.ir),
    message(model.operatorSet, [integer(operatorSet.version, versions.operators)]),
    message(model.graph, [
      bytes(graph.name, 'network'),
      ...nodes.map((each) => message(graph.node, nodeFields(each))),
      ...initializers.map((each) => message(graph.initializer, initializerFields(each))),
      ...inputs.map((each) => message(graph.input, valueFields(each))),
      ...outputs.map((each) => message(graph.output, valueFields(each))),
    ]),
  ])
}

function nodeFields({ op, inputs, outputs, integers = {} }: Node): readonly Field[] {
  return [
    ...inputs.map((name) => bytes(node.input, name)),
    ...outputs.map((name) => bytes(node.output, name)),
    bytes(node.op, op),
    ...Object.entries(integers).map(([name, number]) =>
      message(node.attribute, [
        bytes(attribute.name, name),
        integer(attribute.integer, number),
        integer(attribute.type, integerAttribute),
      ]),
    ),
  ]
}

function initializerFields({ name, shape: sizes, data }: Initializer): readonly Field[] {
  return [
    ...sizes.map((size) => integer(tensor.dimension, size)),
    integer(tensor.type, elementTypes[data instanceof Float32Array ? 'float32' : 'int64']),
    bytes(tensor.name, name),
    bytes(tensor.raw, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]
}

function valueFields({ name, type: element, shape: sizes }: Value): readonly Field[] {
  const dimensions = sizes.map((size) => message(shape.dimension, [integer(dimension.value, size)]))
  return [
    bytes(value.name, name),
    message(value.type, [
      message(type.tensor, [
        integer(tensorType.element, elementTypes[element]),
        message(tensorType.shape, dimensions),
      ]),
    ]),
  ]
}
