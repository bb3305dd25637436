import { describe, expect, it, vi } from 'vitest'
import { littleEndianBytes, littleEndianValues, readLittleEndian } from '../../src/parameters/little-endian.ts'

// The machine that runs this is taken for a big-endian one, so every value comes out with its bytes reversed.
vi.mock('node:os', () => ({ endianness: () => 'BE' }))

describe('on a big-endian machine', () => {
  it('reverses the bytes of each value, and leaves the values alone', () => {
    const values = Float32Array.of(7, 1, -2).subarray(1)
    expect([...littleEndianBytes(values)]).toEqual([0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0])
    expect([...values]).toEqual([1, -2])
  })

  it('reads back what it wrote, from any alignment', () => {
    const values = Float32Array.of(Math.PI, -1e-40, 0)
    const unaligned = new Uint8Array(13)
    unaligned.set(littleEndianBytes(values), 1)
    const target = new Float32Array(3)
    readLittleEndian(unaligned.subarray(1), target)
    expect([...target]).toEqual([...values])
  })

  it('gives values in memory of their own, and leaves the bytes alone', () => {
    const bytes = Uint8Array.of(0x3f, 0x80, 0, 0).reverse()
    const scratch = new Float32Array(2)
    const values = littleEndianValues(bytes, scratch)
    expect([...values]).not.toEqual([...new Float32Array(bytes.buffer)])
    expect(values.buffer).toBe(scratch.buffer)
    expect([...bytes]).toEqual([0, 0, 0x80, 0x3f])
  })
})
