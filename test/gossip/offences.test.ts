import { describe, expect, test } from 'vitest'
import { MAX_CONTROL_BYTES, MAX_OFFENCES } from '../../src/gossip/constants.ts'
import { receive, send } from '../../src/gossip/messages.ts'
import type { FrameStream } from '../../src/gossip/ports.ts'
import { vectorFrames } from '../../src/parameters/frames.ts'
import { hashParameters } from '../../src/parameters/hash.ts'
import { announcementOf } from './announcements.ts'
import { type AveragingWorld, createAveragingWorld } from './averaging-world.ts'
import { createLiar, type Liar, never } from './liar.ts'

const DIMENSION = 64

const vector = (change: (values: Float32Array) => void = () => {}) => {
  const values = new Float32Array(DIMENSION).fill(7)
  change(values)
  return values
}
const framesOf = (values: Float32Array) => [...vectorFrames(values)]
const digestOf = (values: Float32Array) => text({ type: 'digest', hash: hashParameters(values) })
const text = (document: object) => new TextEncoder().encode(JSON.stringify(document))
const [frame] = framesOf(vector())

function withIndex(index: number): Uint8Array {
  const moved = frame.slice()
  new DataView(moved.buffer).setUint32(0, index, true)
  return moved
}

/** What a liar sends where an honest peer sends its vector and its hash. */
const vectors: readonly [string, readonly Uint8Array[]][] = [
  ['a frame that is too long', [Uint8Array.of(...frame, 0, 0, 0, 0), digestOf(vector())]],
  ['a frame that is too short', [frame.subarray(0, frame.length - 4), digestOf(vector())]],
  ['a frame without a header', [frame.subarray(0, 3)]],
  ['a frame that belongs elsewhere', [withIndex(1), digestOf(vector())]],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((bad): [string, readonly Uint8Array[]] => {
    const values = vector(all => all.set([bad], 5))
    return [`a frame with ${bad}`, [...framesOf(values), digestOf(values)]]
  }),
  ['a vector with the hash of another', [frame, digestOf(vector(all => all.set([8], 0)))]],
  [
    'a vector above the norm of the recipe',
    [...framesOf(vector(all => all.fill(1e6))), digestOf(vector(all => all.fill(1e6)))],
  ],
  ['a hash that is none', [frame, text({ type: 'digest', hash: 'no hash' })]],
  ['junk in place of the hash', [frame, new TextEncoder().encode('{"type":"dig')]],
]

async function createWorldWithLiar(answer?: Parameters<typeof createLiar>[1]) {
  const world = createAveragingWorld({ peers: 1 })
  await world.startAll()
  return { world, liar: await createLiar(world, answer) }
}

/** Opens an exchange and sends these frames; resolves to the error with which the stream ended. */
async function attack({ network }: Liar, frames: readonly Uint8Array[]): Promise<Error> {
  const stream = await network.open('peer-0', 'exchange', never)
  for (const one of frames) await stream.write(one, never)
  for (;;) {
    try {
      await stream.read(never)
    } catch (error) {
      return error as Error
    }
  }
}

const parametersOf = (world: AveragingWorld) => [...new Set(world.inhabitants[0].gossip?.parameters())]
const warnings = (world: AveragingWorld) => world.events.filter(line => line.includes(' warning '))
const propose = (length = DIMENSION) => text({ type: 'propose', id: 'x', length, concurrent: 1, age: 0 })

const attacks: readonly [string, readonly Uint8Array[]][] = [
  ...vectors.map(([name, frames]): [string, readonly Uint8Array[]] => [name, [propose(), ...frames]]),
  ['a proposal of another length', [propose(DIMENSION + 1)]],
  ['a proposal of a huge length', [propose(2 ** 40)]],
  ['a proposal that is not JSON', [new Uint8Array(100)]],
  ['a proposal that is too long', [new Uint8Array(MAX_CONTROL_BYTES + 1)]],
  ['a message out of turn', [text({ type: 'commit' })]],
]

describe('a peer that begins an exchange and sends', () => {
  test.for(attacks)('%s has its stream reset', async ([, frames]) => {
    const { world, liar } = await createWorldWithLiar()
    expect((await world.during(attack(liar, frames))).name).toBe('ConnectionLostError')
  })

  test.for(attacks)('%s has nothing merged', async ([, frames]) => {
    const { world, liar } = await createWorldWithLiar()
    await world.during(attack(liar, frames))
    await world.wait(2_000)
    expect(parametersOf(world)).toEqual([0])
    expect(world.inhabitants[0].gossip?.open()).toEqual({ decisions: [], doubts: [] })
  })

  test.for(attacks)('%s is warned of by name', async ([, frames]) => {
    const { world, liar } = await createWorldWithLiar()
    await world.during(attack(liar, frames))
    expect(warnings(world)).toEqual([expect.stringContaining('liar broke the protocol: ')])
  })

  test.for(attacks)('%s is banned when it does so again and again', async ([, frames]) => {
    const { world, liar } = await createWorldWithLiar()
    for (let i = 0; i < MAX_OFFENCES; i++) await world.during(attack(liar, frames))
    await expect(world.during(attack(liar, [propose()]))).rejects.toThrow('cannot be reached')
  })
})

describe('a peer that answers an exchange with', () => {
  async function answered(frames: readonly Uint8Array[]) {
    let offences = 0
    const { world, liar } = await createWorldWithLiar(async (channel, stream: FrameStream) => {
      if (channel !== 'exchange') throw new Error('not now')
      await receive(stream, 'propose', never)
      await send(stream, { type: 'accept', concurrent: 1, age: 0 }, never)
      for (const one of frames) await stream.write(one, never)
      offences++
      await stream.read(never).catch(() => {})
    })
    liar.announce(() => announcementOf())
    await world.wait(5_000)
    return { world, liar, offences }
  }

  test.for(vectors)('%s has nothing merged', async ([, frames]) => {
    const { world } = await answered(frames)
    expect(parametersOf(world)).toEqual([0])
  })

  test.for(vectors)('%s is banned after a few times', async ([, frames]) => {
    const { offences } = await answered(frames)
    expect(offences).toBe(MAX_OFFENCES)
  })
})

describe('a peer that vanishes in the middle of an exchange', () => {
  test('leaves no trace where it began', async () => {
    const { world, liar } = await createWorldWithLiar()
    const stream = await world.during(liar.network.open('peer-0', 'exchange', never))
    for (const one of [propose(), frame]) await stream.write(one, never)
    await world.wait(100)
    world.network.kill('liar')
    await world.wait(2_000)
    expect([parametersOf(world), world.inhabitants[0].gossip?.open().doubts.length]).toEqual([[0], 0])
  })

  test('is given up after a while where it says nothing more', async () => {
    const { world, liar } = await createWorldWithLiar()
    const stream = await world.during(liar.network.open('peer-0', 'exchange', never))
    await stream.write(propose(), never)
    await world.wait(70_000)
    const drain = async () => {
      for (;;) await stream.read(never)
    }
    await expect(world.during(drain())).rejects.toThrow('reset')
  })
})

describe('a banned peer', () => {
  test('has no voice any more, and the others seal without it', async () => {
    const { world, liar } = await createWorldWithLiar()
    liar.announce(() => announcementOf({ phase: 'training' }))
    await world.wait(1_000)
    for (let i = 0; i < MAX_OFFENCES; i++) await world.during(attack(liar, [propose(1)]))
    await world.until(() => world.sealed(), 30_000)
    expect(world.inhabitants[0].gossip?.status().peers).toEqual([])
  })
})
