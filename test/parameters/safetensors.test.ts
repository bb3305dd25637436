import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  SafetensorsError,
} from '../../src/parameters/safetensors.ts'

/** A file with this header, written as text, and so many bytes of data. */
function fileOf(header: string | object, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

/** The header's entry of a float32 tensor. */
function entry(begin: number, end: number, shape = [(end - begin) / 4]) {
  return { dtype: 'F32', shape, data_offsets: [begin, end] }
}

function tensor(name: string, shape: number[]): NamedTensor {
  const size = shape.reduce((product, dimension) => product * dimension, 1)
  return { name, shape, data: Float32Array.from({ length: size }, (_, i) => i - 1.5) }
}

describe('safetensors', () => {
  it('writes the bytes of a file made by hand, and reads them', () => {
    const header = '{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    // The header has 79 characters, so one space completes the 80 = 50₁₆ bytes.
    const expected = [
      0x50,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...new TextEncoder().encode(`${header} `),
      0,
      0,
      0x80,
      0x3f,
      0,
      0,
      0,
      0xc0,
    ]
    const contents = { tensors: [{ name: 'w', shape: [2], data: Float32Array.of(1, -2) }], metadata: { a: 'b' } }
    expect([...encodeSafetensors(contents)]).toEqual(expected)
    expect(decodeSafetensors(Uint8Array.from(expected))).toEqual(contents)
  })

  it.each([0, 1, 65_535, 65_536, 65_537, 131_101])('carries a tensor of %i elements there and back', length => {
    const contents = { tensors: [tensor('w', [length])], metadata: {} }
    expect(decodeSafetensors(encodeSafetensors(contents))).toEqual(contents)
  })

  it('carries any tensors, names and metadata there and back, from any alignment', () => {
    const tensors = fc.uniqueArray(
      fc
        .tuple(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(4), { maxLength: 3 }))
        .map(([name, shape]) => tensor(name, shape)),
      { selector: ({ name }) => name, maxLength: 6 },
    )
    const metadata = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string(), { noNullPrototype: true })
    fc.assert(
      fc.property(tensors, metadata, fc.nat(7), (tensors, metadata, shift) => {
        const encoded = encodeSafetensors({ tensors, metadata })
        const shifted = new Uint8Array(encoded.length + shift)
        shifted.set(encoded, shift)
        const decoded = decodeSafetensors(shifted.subarray(shift))
        expect(decoded.metadata).toEqual(metadata)
        const byName = new Map(decoded.tensors.map(decodedTensor => [decodedTensor.name, decodedTensor]))
        expect(byName.size).toBe(tensors.length)
        for (const original of tensors) expect(byName.get(original.name)).toEqual(original)
      }),
    )
  })

  it('keeps the order of the tensors, even of names that look like numbers', () => {
    const tensors = [tensor('b', [1]), tensor('10', [2]), tensor('9', [3]), tensor('a', [1])]
    expect(decodeSafetensors(encodeSafetensors({ tensors, metadata: {} })).tensors.map(({ name }) => name)).toEqual([
      'b',
      '10',
      '9',
      'a',
    ])
  })

  it('starts the data at a multiple of eight bytes', () => {
    for (const name of ['', 'a', 'ab', 'abc', 'é', '𝄞']) {
      const bytes = encodeSafetensors({ tensors: [tensor(name, [])], metadata: {} })
      expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n)
    }
  })

  it('copies what it reads', () => {
    const bytes = encodeSafetensors({ tensors: [tensor('w', [1])], metadata: {} })
    const [{ data }] = decodeSafetensors(bytes).tensors
    bytes.fill(0)
    expect(data[0]).toBe(-1.5)
  })
})

describe('writing safetensors refuses', () => {
  it('a name twice', () => {
    const twice = { tensors: [tensor('w', [1]), tensor('w', [2])], metadata: {} }
    expect(() => encodeSafetensors(twice)).toThrow(new SafetensorsError('two tensors are named "w"'))
  })

  it('the reserved name', () => {
    expect(() => encodeSafetensors({ tensors: [tensor('__metadata__', [1])], metadata: {} })).toThrow(
      /the format reserves it/,
    )
  })

  it('values that do not fit their shape', () => {
    const tensors = [{ name: 'w', shape: [2, 2], data: new Float32Array(3) }]
    expect(() => encodeSafetensors({ tensors, metadata: {} })).toThrow(
      '"w" has 3 values, which do not fit its shape [2,2]',
    )
  })
})

describe('reading safetensors refuses', () => {
  const whole = encodeSafetensors({ tensors: [tensor('w', [5])], metadata: {} })
  const tooLong = new Uint8Array(8)
  new DataView(tooLong.buffer).setBigUint64(0, 100_000_001n, true)

  const malformed: [what: string, file: Uint8Array, message: string | RegExp][] = [
    ['nothing', new Uint8Array(), 'truncated: it has 0 bytes'],
    ['a part of the header’s length', whole.subarray(0, 7), 'truncated: it has 7 bytes'],
    [
      'a part of the header',
      whole.subarray(0, 20),
      /truncated: its header should end at byte \d+, but it has 20 bytes/,
    ],
    ['a part of the data', whole.subarray(0, -1), '"w" ends at byte 20 of the data, which has 19'],
    ['a header beyond the limit', tooLong, 'the header has 100000001 bytes; the format allows 100000000'],
    ['a header’s length of 64 ones', new Uint8Array(8).fill(255), 'the header has 18446744073709551615 bytes'],
    ['a header that is not JSON', fileOf('{"w"'), 'the header is not a JSON object'],
    ['a header that is not an object', fileOf('[]'), 'the header is not a JSON object'],
    ['a header that starts with a space', fileOf(' {}'), 'the header is not a JSON object'],
    ['a header that is not UTF-8', fileOf('{"x": 1}').map(byte => (byte === 0x78 ? 0xff : byte)), 'not a JSON object'],
    ['metadata that is no map', fileOf({ __metadata__: 'x' }), '"__metadata__" must map strings to strings'],
    ['metadata of numbers', fileOf({ __metadata__: { x: 1 } }), '"__metadata__" must map strings to strings'],
    ['an entry that is no object', fileOf({ w: null }), 'entry for tensor "w" is not an object'],
    [
      'another dtype',
      fileOf({ w: { ...entry(0, 4), dtype: 'F64' } }, 4),
      '"w" has dtype "F64"; expected one of F32, F16, BF16',
    ],
    ['no dtype', fileOf({ w: { shape: [1], data_offsets: [0, 4] } }, 4), '"w" has dtype undefined'],
    ['no shape', fileOf({ w: { dtype: 'F32', data_offsets: [0, 4] } }, 4), '"w" has no valid shape'],
    ['a negative dimension', fileOf({ w: entry(0, 4, [-1, -1]) }, 4), '"w" has no valid shape'],
    ['a dimension that is no whole number', fileOf({ w: entry(0, 6, [1.5]) }, 6), '"w" has no valid shape'],
    ['no offsets', fileOf({ w: { dtype: 'F32', shape: [1] } }, 4), '"w" has no valid data_offsets'],
    ['three offsets', fileOf({ w: { ...entry(0, 4), data_offsets: [0, 4, 8] } }, 8), '"w" has no valid data_offsets'],
    ['offsets backwards', fileOf({ w: { ...entry(0, 4), data_offsets: [4, 0] } }, 4), '"w" has no valid data_offsets'],
    ['a negative offset', fileOf({ w: { ...entry(0, 4), data_offsets: [-4, 0] } }, 4), '"w" has no valid data_offsets'],
    ['a shape of other bytes', fileOf({ w: entry(0, 8, [3]) }, 8), '"w" of shape [3] cannot have 8 bytes'],
    ['a shape of too many elements', fileOf({ w: entry(0, 8, [2 ** 52, 2 ** 52]) }, 8), 'cannot have 8 bytes'],
    [
      'offsets out of range',
      fileOf({ w: entry(0, 2 ** 40) }, 8),
      '"w" ends at byte 1099511627776 of the data, which has 8',
    ],
    ['tensors that overlap', fileOf({ a: entry(0, 8), b: entry(4, 12) }, 12), '"b" overlaps the one before it'],
    ['the same bytes twice', fileOf({ a: entry(0, 8), b: entry(0, 8) }, 8), '"b" overlaps the one before it'],
    [
      'a hole',
      fileOf({ a: entry(0, 4), b: entry(8, 12) }, 12),
      'bytes 4 to 8 of the data, before "b", belong to no tensor',
    ],
    ['data at the end', fileOf({ a: entry(0, 4) }, 9), 'the last 5 bytes of the data belong to no tensor'],
  ]

  it.each(malformed)('%s', (_, file, message) => {
    expect(() => decodeSafetensors(file)).toThrow(SafetensorsError)
    expect(() => decodeSafetensors(file)).toThrow(message)
  })
})
