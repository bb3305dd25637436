import { pipe } from 'it-pipe'
import { Uint8ArrayList } from 'uint8arraylist'
import { describe, expect, test } from 'vitest'
import { MAX_FRAME_BYTES } from '../../src/gossip/streams/constants.ts'
import { decodeFrames, encodeFrame } from '../../src/network/frames.ts'

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8ArrayList> {
  for (let i = 0; i < bytes.byteLength; i += size) yield new Uint8ArrayList(bytes.subarray(i, i + size))
}

describe('frames', () => {
  test.each([1, 2, 3, 5, 7, 1_000])('are the same after a journey in pieces of %i bytes', async size => {
    const frames = [
      new Uint8Array(0),
      Uint8Array.of(1),
      Uint8Array.from({ length: 300 }, (_, i) => i),
      Uint8Array.of(2),
    ]
    const bytes = new Uint8ArrayList(...frames.map(encodeFrame)).subarray()
    const decoded: Uint8Array[] = []
    for await (const frame of pipe(chunks(bytes, size), decodeFrames)) decoded.push(frame.slice())
    expect(decoded).toEqual(frames)
  })

  test('are encoded without a copy', () => {
    const frame = Uint8Array.of(1, 2, 3)
    const encoded = encodeFrame(frame)
    frame[1] = 9
    expect([...encoded.subarray()]).toEqual([0, 0, 0, 3, 1, 9, 3])
  })

  test('of one stream are decoded into the same memory, however many there are', async () => {
    const sent = Array.from({ length: 20 }, (_, i) => new Uint8Array(1_000).fill(i))
    const bytes = new Uint8ArrayList(...sent.map(encodeFrame)).subarray()
    const memories = new Set<ArrayBufferLike>()
    for await (const frame of decodeFrames(chunks(bytes, 333))) {
      memories.add(frame.buffer)
      expect(frame.byteOffset).toBe(0)
    }
    expect(memories.size).toBe(1)
  })

  test('take memory for what has arrived of them, not for what was announced', async () => {
    const streams = 200
    const stalled = Promise.withResolvers<void>()
    const beginning = encodeFrame(new Uint8Array(MAX_FRAME_BYTES)).sublist(0, 10_000)
    async function* begun(): AsyncGenerator<Uint8ArrayList> {
      yield beginning
      await stalled.promise
    }
    const before = process.memoryUsage().arrayBuffers
    const reading = Array.from({ length: streams }, () => decodeFrames(begun()).next())
    const announced = streams * MAX_FRAME_BYTES
    // By then all have taken what there is and wait for more.
    await new Promise(resolve => setImmediate(resolve))
    const taken = process.memoryUsage().arrayBuffers - before
    stalled.resolve()
    await Promise.allSettled(reading)
    expect(taken).toBeLessThan(announced / 10)
  })

  test('begin with their length as a big-endian u32', () => {
    expect([...encodeFrame(new Uint8Array(258)).subarray(0, 4)]).toEqual([0, 0, 1, 2])
  })

  test('that are longer than the longest are refused as soon as their length is known', async () => {
    const header = new Uint8Array(4)
    new DataView(header.buffer).setUint32(0, MAX_FRAME_BYTES + 1)
    async function* endless(): AsyncGenerator<Uint8ArrayList> {
      yield new Uint8ArrayList(header)
      throw new Error('the reader went on reading')
    }
    await expect(decodeFrames(endless()).next()).rejects.toThrow(`exceeds ${MAX_FRAME_BYTES}`)
    expect(() => encodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(`exceeds ${MAX_FRAME_BYTES}`)
  })

  test.each([1, 4, 6])('cut off after %i bytes are an error, not an end', async length => {
    const frames = decodeFrames(chunks(encodeFrame(Uint8Array.of(1, 2, 3)).subarray(0, length), 10))
    await expect(frames.next()).rejects.toThrow(expect.objectContaining({ name: 'ProtocolError' }))
  })

  test('do not ask for bytes before they are asked for', async () => {
    let asked = 0
    async function* source(): AsyncGenerator<Uint8ArrayList> {
      for (;;) {
        asked++
        yield new Uint8ArrayList(encodeFrame(new Uint8Array(8)), encodeFrame(new Uint8Array(8)))
      }
    }
    const frames = decodeFrames(source())
    for (const expected of [1, 1, 2, 2, 3]) {
      await frames.next()
      expect(asked).toBe(expected)
    }
  })
})
