import { describe, expect, test } from 'vitest'
import { BODY_OFFSET, encodeMark, sealFrame } from '../../src/gossip/exchange/frame-message.ts'
import { MAX_VIOLATIONS, MEMBER_EXPIRY_MS, MEMBER_FORGOTTEN_MS } from '../../src/gossip/membership/constants.ts'
import type { FrameStream } from '../../src/gossip/ports.ts'
import { AVOIDANCE_MS } from '../../src/gossip/streams/avoided-peers.ts'
import { MAX_CONTROL_BYTES } from '../../src/gossip/streams/constants.ts'
import { receive, send } from '../../src/gossip/streams/messages.ts'
import { littleEndianBytes } from '../../src/parameters/little-endian.ts'
import { announcementOf } from './announcements.ts'
import { type AveragingWorld, createAveragingWorld } from './averaging-world.ts'
import { type ByzantinePeer, createByzantinePeer, never } from './byzantine-peer.ts'

const DIMENSION = 64

const vector = (change: (values: Float32Array) => void = () => {}) => {
  const values = new Float32Array(DIMENSION).fill(7)
  change(values)
  return values
}
const text = (document: object) => new TextEncoder().encode(JSON.stringify(document))

interface Header {
  readonly settled?: number
  readonly index?: number
}

/** A frame as an honest peer would make it of these values. */
function frameOf(values: Float32Array, { settled = 0, index = 0 }: Header = {}): Uint8Array {
  const memory = new Uint8Array(BODY_OFFSET + values.byteLength)
  memory.set(littleEndianBytes(values), BODY_OFFSET)
  return sealFrame(memory, settled, index, values.byteLength).slice()
}
const frame = frameOf(vector())
const corrupt = frame.with(BODY_OFFSET + 5, frame[BODY_OFFSET + 5] ^ 1)

/** The frames that a byzantine peer sends where an honest one sends its own. */
const violations: readonly [string, readonly Uint8Array[]][] = [
  ['a frame that is too long', [frameOf(new Float32Array(DIMENSION + 1))]],
  ['a frame that is too short', [frameOf(new Float32Array(DIMENSION - 1))]],
  ['a frame that was cut', [frame.subarray(0, frame.length - 4)]],
  ['a frame without a header', [frame.subarray(0, 3)]],
  ['a frame that came out of order', [frameOf(vector(), { index: 1 })]],
  ['a frame that is not what its checksum is of', [corrupt]],
  ['a frame that says more than can be settled', [frameOf(vector(), { settled: 1 })]],
  ['a mark of more than can be settled', [encodeMark(2)]],
  ['a mark that says nothing new', [encodeMark(0)]],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((bad): [string, readonly Uint8Array[]] => [
    `a frame with ${bad}`,
    [frameOf(vector(all => all.set([bad], 5)))],
  ]),
  ['junk in place of a frame', [new TextEncoder().encode('{"type":"dig')]],
]

async function createWorldWithByzantinePeer(answer?: Parameters<typeof createByzantinePeer>[1], peers = 1) {
  const world = createAveragingWorld({ peers })
  await world.startAll()
  return { world, byzantine: await createByzantinePeer(world, answer) }
}

/** Opens an exchange and sends these frames; resolves to the error with which the stream ended. */
async function attack({ network }: ByzantinePeer, frames: readonly Uint8Array[], victim = 'peer-0'): Promise<Error> {
  const stream = await network.open(victim, 'exchange', never)
  for (const one of frames) await stream.write(one, never)
  for (;;) {
    try {
      await stream.read(never)
    } catch (error) {
      return error as Error
    }
  }
}

const parametersOf = (world: AveragingWorld) => [...new Set(world.simulatedPeers[0].gossip?.parameters())]
const warnings = (world: AveragingWorld) => world.events.filter(line => line.includes(' warning '))
const proposal = {
  type: 'propose',
  done: true,
  voice: 1,
  id: 'x',
  length: DIMENSION,
  first: 0,
  end: DIMENSION,
  weight: 0.5,
  age: 0,
  codec: 'none',
}
const propose = (change: object = {}) => text({ ...proposal, ...change })

const attacks: readonly [string, readonly Uint8Array[]][] = [
  ...violations.map(([name, frames]): [string, readonly Uint8Array[]] => [name, [propose(), ...frames]]),
  ['a proposal of another length', [propose({ length: DIMENSION + 1 })]],
  ['a proposal of a huge length', [propose({ length: 2 ** 40, end: 2 ** 40 })]],
  ['a proposal of nothing', [propose({ end: 0 })]],
  ['a proposal of a part that nobody would propose', [propose({ first: 1, end: 2 })]],
  ['a proposal of elements that are not there', [propose({ end: DIMENSION + 1 })]],
  ['a proposal of a codec that the recipe does not know', [propose({ codec: 'int8' })]],
  ['a proposal that is not JSON', [new Uint8Array(100)]],
  ['a proposal that is too long', [new Uint8Array(MAX_CONTROL_BYTES + 1)]],
  ['a message out of turn', [text({ type: 'applied', done: [] })]],
]

describe('a peer that begins an exchange and sends', () => {
  test.for(attacks)('%s has its stream reset', async ([, frames]) => {
    const { world, byzantine } = await createWorldWithByzantinePeer()
    expect((await world.during(attack(byzantine, frames))).name).toBe('ConnectionLostError')
  })

  test.for(attacks)('%s has nothing merged', async ([, frames]) => {
    const { world, byzantine } = await createWorldWithByzantinePeer()
    await world.during(attack(byzantine, frames))
    await world.wait(2_000)
    expect(parametersOf(world)).toEqual([0])
    expect(world.simulatedPeers[0].gossip?.open()).toEqual({ decisions: [], doubts: [] })
  })

  test.for(attacks)('%s is warned of by name', async ([, frames]) => {
    const { world, byzantine } = await createWorldWithByzantinePeer()
    await world.during(attack(byzantine, frames))
    expect(warnings(world)).toEqual([
      expect.stringContaining('byzantine sent what no peer of this swarm sends, and is not listened to: '),
    ])
  })

  test.for(attacks)('%s is banned when it does so again and again', async ([, frames]) => {
    const { world, byzantine } = await createWorldWithByzantinePeer()
    for (let i = 0; i < MAX_VIOLATIONS; i++) await world.during(attack(byzantine, frames))
    await expect(world.during(attack(byzantine, [propose()]))).rejects.toThrow('cannot be reached')
  })
})

describe('a peer whose parameters are above the norm of the recipe', () => {
  const large = frameOf(vector(all => all.fill(1e6)))

  test('has its stream reset, and nothing merged', async () => {
    const { world, byzantine } = await createWorldWithByzantinePeer()
    expect((await world.during(attack(byzantine, [propose(), large]))).name).toBe('ConnectionLostError')
    await world.wait(2_000)
    expect(parametersOf(world)).toEqual([0])
    expect(world.simulatedPeers[0].gossip?.open()).toEqual({ decisions: [], doubts: [] })
  })

  test('is left alone for a while, and not banned, however often', async () => {
    const { world, byzantine } = await createSwarmWithByzantinePeer()
    for (let i = 0; i <= MAX_VIOLATIONS; i++) {
      expect(await answerOf(world, byzantine)).toBe('accept')
      await world.during(attack(byzantine, [propose(), large]))
      expect(await answerOf(world, byzantine)).toBe('reset')
      await world.wait(AVOIDANCE_MS)
    }
  })

  test('is told of once, and nobody speaks of a protocol', async () => {
    const { world, byzantine } = await createSwarmWithByzantinePeer()
    for (let i = 0; i <= MAX_VIOLATIONS; i++) {
      await world.during(attack(byzantine, [propose(), large]))
      await world.wait(AVOIDANCE_MS)
    }
    // It lasts for so long that people are told of that, too.
    expect(warnings(world).filter(message => !message.includes('has not agreed'))).toEqual([
      expect.stringMatching(
        /byzantine has parameters with a norm of 8e6 or more, above the 1e6 that the recipe accepts: .* its training may have diverged/,
      ),
    ])
    expect(warnings(world).join()).not.toContain('protocol')
  })

  test('is asked for no exchange meanwhile', async () => {
    let asked = 0
    const { world, byzantine } = await createWorldWithByzantinePeer(async (channel, stream) => {
      if (channel !== 'exchange') throw new Error('not now')
      asked++
      await receive(stream, 'propose', never)
      await send(stream, { type: 'accept', weight: 0.5, age: 0, done: true, voice: 1 }, never)
      await stream.write(large, never)
      await stream.read(never).catch(() => {})
    })
    byzantine.announce(() => announcementOf())
    await world.wait(AVOIDANCE_MS / 2)
    expect(asked).toBe(1)
    await world.wait(AVOIDANCE_MS)
    expect(asked).toBe(2)
  })

  /** A swarm that goes on averaging, because the byzantine peer says that it is elsewhere. */
  async function createSwarmWithByzantinePeer() {
    const { world, byzantine } = await createWorldWithByzantinePeer()
    byzantine.announce(() => announcementOf())
    await world.wait(1_000)
    return { world, byzantine }
  }

  /** The answer to a proposal that nothing follows. */
  async function answerOf(world: AveragingWorld, { network }: ByzantinePeer): Promise<'accept' | 'reset'> {
    const answered = async () => {
      const stream = await network.open('peer-0', 'exchange', never)
      await stream.write(propose(), never)
      const { type } = await receive(stream, 'accept', never)
      stream.abort(new Error('changed its mind'))
      return type
    }
    const answer = await world.during(answered().catch(({ name }: Error) => name))
    await world.wait(1_000)
    return answer === 'ConnectionLostError' ? 'reset' : (answer as 'accept')
  }
})

describe('a peer that sends the same frame twice', () => {
  test('has its stream reset and is warned of, and nothing is merged', async () => {
    const { world, byzantine } = await createWorldWithByzantinePeer()
    expect((await world.during(attack(byzantine, [propose(), frame, frame]))).name).toBe('ConnectionLostError')
    expect(warnings(world)).toEqual([expect.stringContaining('sent frame 0; expected was 1')])
    expect(parametersOf(world)).toEqual([0])
  })
})

describe('a peer that answers an exchange with', () => {
  async function answered(frames: readonly Uint8Array[]) {
    let offences = 0
    const { world, byzantine } = await createWorldWithByzantinePeer(async (channel, stream: FrameStream) => {
      if (channel !== 'exchange') throw new Error('not now')
      await receive(stream, 'propose', never)
      await send(stream, { type: 'accept', weight: 0.5, age: 0, done: true, voice: 1 }, never)
      for (const one of frames) await stream.write(one, never)
      offences++
      await stream.read(never).catch(() => {})
    })
    byzantine.announce(() => announcementOf())
    await world.wait(5_000)
    return { world, byzantine, offences }
  }

  test.for(violations)('%s has nothing merged', async ([, frames]) => {
    const { world } = await answered(frames)
    expect(parametersOf(world)).toEqual([0])
  })

  test.for(violations)('%s is banned after a few times', async ([, frames]) => {
    const { offences } = await answered(frames)
    expect(offences).toBe(MAX_VIOLATIONS)
  })
})

describe('a peer that vanishes in the middle of an exchange', () => {
  test('moves nothing, and is forgotten with what it left in doubt', async () => {
    const { world, byzantine } = await createWorldWithByzantinePeer()
    byzantine.announce(() => announcementOf())
    await world.wait(1_000)
    const stream = await world.during(byzantine.network.open('peer-0', 'exchange', never))
    for (const one of [propose(), frame]) await stream.write(one, never)
    await world.wait(100)
    expect(world.simulatedPeers[0].gossip?.open().doubts.length).toBe(1)
    world.network.kill('byzantine')
    await world.wait(MEMBER_EXPIRY_MS + MEMBER_FORGOTTEN_MS + 2_000)
    expect([parametersOf(world), world.simulatedPeers[0].gossip?.open().doubts.length]).toEqual([[0], 0])
  })

  test('is given up after a while where it says nothing more', async () => {
    const { world, byzantine } = await createWorldWithByzantinePeer()
    const stream = await world.during(byzantine.network.open('peer-0', 'exchange', never))
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
    const { world, byzantine } = await createWorldWithByzantinePeer(undefined, 2)
    byzantine.announce(() => announcementOf({ phase: 'training' }))
    await world.wait(1_000)
    for (const { peer } of world.simulatedPeers) {
      for (let i = 0; i < MAX_VIOLATIONS; i++)
        await world.during(attack(byzantine, [propose({ length: 1, end: 1 })], peer))
    }
    await world.until(() => world.sealed(), 30_000)
    expect(world.simulatedPeers[0].gossip?.status().peers).toEqual(['peer-1'])
  })
})
