/**
 * ONNX's files: the messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), as far as a model that only
 * predicts has them. Field numbers stand beside their names, as in that file.
 *
 * @packageDocumentation
 */

import { type Writer, writer } from 'protons-runtime'
import { littleEndianBytes } from '../../parameters/little-endian.ts'

/** Types of a tensor's elements, with their number in `TensorProto.DataType`. */
const ELEMENTS = { float: 1, int64: 7, string: 8, bool: 9, double: 11 } as const
export type ElementType = keyof typeof ELEMENTS

export function elementNumber(type: ElementType): number {
  return ELEMENTS[type]
}

/** A tensor whose values are part of the model. */
export interface OnnxTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** Row-major. */
  readonly data: Float32Array | Float64Array | BigInt64Array | readonly string[]
}

/** A number is an `int` or, where its name is in {@link FLOATS}, a `float`. */
export type AttributeValue = number | string | readonly number[] | readonly string[]

/** Attributes that are floats; all other numbers are whole. */
const FLOATS: readonly string[] = ['alpha', 'beta', 'gamma', 'epsilon']

export interface OnnxNode {
  readonly operator: string
  /** Of operators: ONNX's own where absent. */
  readonly domain?: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** What goes in or out: a size that is a text stands for any. */
export interface OnnxValue {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly (number | string)[]
  /** For people. */
  readonly description: string
}

export interface OnnxModel {
  readonly producer: { readonly name: string; readonly version: string }
  readonly description: string
  readonly operators: Readonly<Record<string, number>>
  readonly metadata: Readonly<Record<string, string>>
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxTensor[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

/** The version of the format: ONNX 1.13 and ONNX Runtime 1.14, of 2022, and later ones read it. */
const IR_VERSION = 8

export function encodeOnnx(model: OnnxModel): Uint8Array {
  const out = writer()
  integer(out, 1, IR_VERSION)
  text(out, 2, model.producer.name)
  text(out, 3, model.producer.version)
  text(out, 6, model.description)
  message(out, 7, graph => {
    for (const node of model.nodes) message(graph, 1, inner => encodeNode(inner, node))
    text(graph, 2, 'hearsay')
    for (const tensor of model.constants) message(graph, 5, inner => encodeTensor(inner, tensor))
    for (const value of model.inputs) message(graph, 11, inner => encodeValue(inner, value))
    for (const value of model.outputs) message(graph, 12, inner => encodeValue(inner, value))
  })
  for (const [domain, version] of Object.entries(model.operators)) {
    message(out, 8, set => {
      text(set, 1, domain)
      integer(set, 2, version)
    })
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    message(out, 14, entry => {
      text(entry, 1, key)
      text(entry, 2, value)
    })
  }
  return out.finish()
}

function encodeNode(out: Writer, { operator, domain, inputs, output, attributes }: OnnxNode): void {
  for (const input of inputs) text(out, 1, input)
  text(out, 2, output)
  text(out, 3, output)
  text(out, 4, operator)
  for (const [name, value] of Object.entries(attributes)) {
    message(out, 5, inner => {
      text(inner, 1, name)
      encodeAttribute(inner, name, value)
    })
  }
  if (domain !== undefined) text(out, 7, domain)
}

/** The value, in the field of its type, and the type's number in `AttributeProto.AttributeType`. */
function encodeAttribute(out: Writer, name: string, value: AttributeValue): void {
  const typed = (type: number) => integer(out, 20, type)
  if (typeof value === 'string') {
    text(out, 4, value)
    typed(3)
  } else if (typeof value === 'number' && FLOATS.includes(name)) {
    out.uint32(tag(2, FIXED32)).float(value)
    typed(1)
  } else if (typeof value === 'number') {
    integer(out, 3, value)
    typed(2)
  } else if (typeof value[0] === 'string') {
    for (const each of value) text(out, 9, String(each))
    typed(8)
  } else {
    for (const each of value) integer(out, 8, Number(each))
    typed(7)
  }
}

function encodeTensor(out: Writer, { name, shape, data }: OnnxTensor): void {
  for (const size of shape) integer(out, 1, size)
  integer(out, 2, ELEMENTS[elementOf(data)])
  if (Array.isArray(data)) for (const each of data) text(out, 6, each)
  text(out, 8, name)
  if (!Array.isArray(data)) out.uint32(tag(9, BYTES)).bytes(bytesOf(data as Exclude<typeof data, readonly string[]>))
}

function elementOf(data: OnnxTensor['data']): ElementType {
  if (data instanceof Float32Array) return 'float'
  if (data instanceof Float64Array) return 'double'
  return data instanceof BigInt64Array ? 'int64' : 'string'
}

function bytesOf(data: Float32Array | Float64Array | BigInt64Array): Uint8Array {
  if (data instanceof Float32Array) return littleEndianBytes(data)
  const bytes = new DataView(new ArrayBuffer(data.byteLength))
  for (const [index, value] of data.entries()) {
    if (typeof value === 'bigint') bytes.setBigInt64(8 * index, value, true)
    else bytes.setFloat64(8 * index, value, true)
  }
  return new Uint8Array(bytes.buffer)
}

function encodeValue(out: Writer, { name, type, shape, description }: OnnxValue): void {
  text(out, 1, name)
  message(out, 2, typeProto =>
    message(typeProto, 1, tensor => {
      integer(tensor, 1, ELEMENTS[type])
      message(tensor, 2, dimensions => {
        for (const size of shape) {
          message(dimensions, 1, one => (typeof size === 'number' ? integer(one, 1, size) : text(one, 2, size)))
        }
      })
    }),
  )
  text(out, 3, description)
}

/** Wire types of protocol buffers. */
const VARINT = 0
const BYTES = 2
const FIXED32 = 5

const tag = (field: number, wireType: number) => (field << 3) | wireType

function integer(out: Writer, field: number, value: number): void {
  // As a bigint: `int64Number` writes negative ones short.
  out.uint32(tag(field, VARINT)).int64(BigInt(value))
}

function text(out: Writer, field: number, value: string): void {
  out.uint32(tag(field, BYTES)).string(value)
}

function message(out: Writer, field: number, write: (inner: Writer) => unknown): void {
  out.uint32(tag(field, BYTES)).fork()
  write(out)
  out.ldelim()
}
