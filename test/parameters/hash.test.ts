import { describe, expect, it } from 'vitest'
import { createParameterHasher, hashParameters, sha256Hex } from '../../src/parameters/hash.ts'

describe('hashing', () => {
  it('gives the published SHA-256 of "abc"', () => {
    expect(sha256Hex(new TextEncoder().encode('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })

  it('hashes parameters as little-endian float32', () => {
    // 1.0 is 3f800000, -2.0 is c0000000.
    const bytes = Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0)
    expect(hashParameters(Float32Array.of(1, -2))).toBe(sha256Hex(bytes))
  })

  it('hashes only the elements of a view', () => {
    expect(hashParameters(Float32Array.of(9, 1, -2, 9).subarray(1, 3))).toBe(hashParameters(Float32Array.of(1, -2)))
  })

  it('tells zero from minus zero', () => {
    expect(hashParameters(Float32Array.of(0))).not.toBe(hashParameters(Float32Array.of(-0)))
  })

  it('gives the same hash piece by piece as at once', () => {
    const vector = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i))
    const hasher = createParameterHasher()
    hasher.update(vector.subarray(0, 7))
    hasher.update(vector.subarray(7))
    expect(hasher.digest()).toBe(hashParameters(vector))
  })
})
