import { expect, test } from 'vitest'
import { fp16 } from '../../src/parameters/codecs/fp16.ts'
import { readBrainFloats, readHalves } from '../../src/parameters/half-precision.ts'
import { decodeSafetensors } from '../../src/parameters/safetensors.ts'

/** Every pattern of 16 bits, little-endian. */
const bytes = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, bits) => bits).buffer)

test('all finite halves are what the codec of halves reads', () => {
  const values = new Float32Array(65_536)
  readHalves(bytes, values)
  for (const first of [0, 0x8000]) {
    const expected = new Float32Array(0x7c00)
    fp16.decode(bytes.subarray(2 * first, 2 * (first + 0x7c00)), expected)
    expect(values.slice(first, first + 0x7c00)).toEqual(expected)
  }
  expect([values[0x7c00], values[0xfc00], values[0x7e00]]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ])
})

test('a brain float is the upper half of a float32', () => {
  const values = new Float32Array(4)
  readBrainFloats(Uint8Array.of(0x80, 0x3f, 0x49, 0xc0, 0x80, 0x7f, 0x01, 0x00), values)
  expect([...values]).toEqual([1, -3.140625, Number.POSITIVE_INFINITY, 2 ** -133])
})

test('a safetensors file may hold both beside float32', () => {
  const header = JSON.stringify({
    full: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    half: { dtype: 'F16', shape: [1, 2], data_offsets: [4, 8] },
    brain: { dtype: 'BF16', shape: [1], data_offsets: [8, 10] },
  })
  const file = new Uint8Array(8 + header.length + 10)
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
  file.set(new TextEncoder().encode(header), 8)
  file.set([0, 0, 0x40, 0x40, 0x00, 0x3c, 0x00, 0xc0, 0x80, 0x3f], 8 + header.length)
  expect(decodeSafetensors(file).tensors).toEqual([
    { name: 'full', shape: [1], data: Float32Array.of(3) },
    { name: 'half', shape: [1, 2], data: Float32Array.of(1, -2) },
    { name: 'brain', shape: [1], data: Float32Array.of(1) },
  ])
})
