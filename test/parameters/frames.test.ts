import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FRAME_FLOATS } from '../../src/parameters/constants.ts'
import { createFrameAssembler, FrameError, vectorFrames } from '../../src/parameters/frames.ts'
import { createParameterHasher, hashParameters } from '../../src/parameters/hash.ts'

const SIZES = [0, 1, 65_535, 65_536, 65_537, 131_101]

/** `length` values that are all different. */
function vectorOf(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (i + 0.5) * (i % 2 === 0 ? 1 : -1))
}

function bits(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
}

function firstFrame(vector: Float32Array): Uint8Array {
  return [...vectorFrames(vector)][0]
}

describe('frames', () => {
  it.each(SIZES)('carry a vector of %i elements there and back', length => {
    const vector = vectorOf(length)
    const hasher = createParameterHasher()
    const assembler = createFrameAssembler(length)
    for (const frame of vectorFrames(vector, 0, length, hasher)) {
      expect(assembler.done).toBe(false)
      assembler.accept(frame)
    }
    expect(assembler.done).toBe(true)
    const hash = hasher.digest()
    expect(hash).toBe(hashParameters(vector))
    expect(bits(assembler.finish(hash))).toEqual(bits(vector))
  })

  it('carry any finite bits, from any alignment, of any slice', () => {
    const slices = fc
      .tuple(
        fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 50 }),
        fc.nat(50),
        fc.nat(50),
        fc.nat(7),
      )
      .map(([vector, a, b, shift]) => {
        const [from, to] = [Math.min(a, vector.length), Math.min(b, vector.length)].sort((x, y) => x - y)
        return { vector, from, to, shift }
      })
    fc.assert(
      fc.property(slices, ({ vector, from, to, shift }) => {
        const assembler = createFrameAssembler(to - from, from)
        for (const frame of vectorFrames(vector, from, to)) {
          const shifted = new Uint8Array(frame.length + shift)
          shifted.set(frame, shift)
          assembler.accept(shifted.subarray(shift))
        }
        const slice = vector.slice(from, to)
        expect(bits(assembler.finish(hashParameters(slice)))).toEqual(bits(slice))
      }),
    )
  })

  it('are the index of the first element and then the values, little-endian', () => {
    const frames = [...vectorFrames(vectorOf(FRAME_FLOATS + 1))]
    expect(frames.map(frame => frame.length)).toEqual([4 + 4 * FRAME_FLOATS, 8])
    // 65,536 is 00010000; 65,536.5 is 47800040.
    expect([...frames[1]]).toEqual([0, 0, 1, 0, 0x40, 0, 0x80, 0x47])
  })

  it('do not share memory with the vector', () => {
    const vector = Float32Array.of(1)
    const frame = firstFrame(vector)
    vector[0] = 2
    expect([...frame.subarray(4)]).toEqual([0, 0, 0x80, 0x3f])
  })
})

describe('a frame assembler refuses', () => {
  it('a frame without a header', () => {
    expect(() => createFrameAssembler(1).accept(new Uint8Array(3))).toThrow(
      new FrameError('a frame has 3 bytes; its header alone has 4'),
    )
  })

  it('a frame out of order', () => {
    const [, second] = vectorFrames(vectorOf(FRAME_FLOATS + 1))
    expect(() => createFrameAssembler(FRAME_FLOATS + 1).accept(second)).toThrow(
      new FrameError('a frame starts at element 65536; the next one expected is 0'),
    )
  })

  it('a frame that repeats', () => {
    const assembler = createFrameAssembler(FRAME_FLOATS + 1)
    const [first] = vectorFrames(vectorOf(FRAME_FLOATS + 1))
    assembler.accept(first)
    expect(() => assembler.accept(first)).toThrow('a frame starts at element 0; the next one expected is 65536')
  })

  it.each([
    ['short', -1],
    ['long', 1],
  ])('a frame that is a byte too %s', (_, excess) => {
    const frame = new Uint8Array(4 + 4 * 3 + excess)
    expect(() => createFrameAssembler(3).accept(frame)).toThrow(
      new FrameError(`the frame at element 0 has ${frame.length} bytes; 16 were expected`),
    )
  })

  it('a frame that leaves the rest to another one', () => {
    expect(() => createFrameAssembler(3).accept(firstFrame(vectorOf(2)))).toThrow('has 12 bytes; 16 were expected')
  })

  it('a frame after the last', () => {
    const assembler = createFrameAssembler(2)
    assembler.accept(firstFrame(vectorOf(2)))
    expect(() => assembler.accept(firstFrame(vectorOf(2)))).toThrow('a frame arrived after all 2 elements had')
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d among the values', bad => {
    const vector = vectorOf(FRAME_FLOATS + 9)
    vector[FRAME_FLOATS + 5] = bad
    const assembler = createFrameAssembler(vector.length)
    const [first, second] = vectorFrames(vector)
    assembler.accept(first)
    expect(() => assembler.accept(second)).toThrow(`element 65541 is ${bad}; parameters must be finite`)
  })

  it('to end before the last element', () => {
    const assembler = createFrameAssembler(FRAME_FLOATS + 1)
    assembler.accept(firstFrame(vectorOf(FRAME_FLOATS + 1)))
    expect(() => assembler.finish('')).toThrow('only 65536 of 65537 elements have arrived')
  })

  it('values that are not the ones announced', () => {
    const assembler = createFrameAssembler(2)
    assembler.accept(firstFrame(Float32Array.of(1, 2)))
    const announced = hashParameters(Float32Array.of(1, 3))
    expect(() => assembler.finish(announced)).toThrow(
      `the SHA-256 of what arrived is ${hashParameters(Float32Array.of(1, 2))}; the sender announced ${announced}`,
    )
  })

  it('and is unmoved by what it refused', () => {
    const assembler = createFrameAssembler(2)
    const good = Float32Array.of(1, 2)
    expect(() => assembler.accept(firstFrame(Float32Array.of(7, Number.NaN)))).toThrow(FrameError)
    assembler.accept(firstFrame(good))
    expect([...assembler.finish(hashParameters(good))]).toEqual([1, 2])
  })
})
