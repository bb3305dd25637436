import { describe, expect, test } from 'vitest'
import { clippedShare } from '../../../src/averaging/clipping.ts'
import { sketchDistance } from '../../../src/averaging/sketch.ts'
import { FalseSketchError } from '../../../src/gossip/errors.ts'
import type { Clipping, Reach } from '../../../src/gossip/exchange/clipping.ts'
import type { ExchangeOptions } from '../../../src/gossip/exchange/exchange.ts'
import { distance } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { createReplicaSwarm } from '../swarm-of-replicas.ts'

const LENGTH = 2_000
const RADIUS = 3

function drawn(seed: number): Float32Array {
  const random = createRandom(seed)
  return Float32Array.from({ length: LENGTH }, () => random.normal())
}

/** Clips at a radius of its own, and remembers how far it was moved and who has lied. */
function clipsAt(radius: number, changes: Partial<Clipping> = {}) {
  const moved: number[] = []
  const lied: string[] = []
  const clipping: NonNullable<ExchangeOptions['clipping']> = {
    reach: (_partner, _weight, sketch) => ({ sketch, radius }),
    agree: (_partner, _part, own, theirs) => ({
      share: clippedShare(Math.min(own.radius, theirs.radius), sketchDistance(own.sketch, theirs.sketch)),
      squaredDistance: (1.3 * own.radius) ** 2,
    }),
    moved: (_partner, length) => void moved.push(length),
    lied: partner => void lied.push(partner),
    isSpent: () => false,
    ...changes,
  }
  return { clipping, moved, lied }
}

async function exchanged(
  sides: Readonly<Record<string, ReturnType<typeof clipsAt> | undefined>>,
  codec = 'none',
): Promise<{
  readonly sum: number
  readonly before: number
  readonly error: Error | undefined
  readonly lengths: number[]
}> {
  const vectors = [drawn(1), drawn(2)]
  const swarm = await createReplicaSwarm(vectors, { codec, clipping: self => sides[self]?.clipping })
  const [a, b] = swarm.peers
  const total = () => swarm.sum().reduce((sum, one) => sum + Math.abs(one), 0)
  const before = total()
  const error = await swarm.run(a.average(b)).then(
    () => undefined,
    (thrown: Error) => thrown,
  )
  const lengths = swarm.peers.map(({ replica }, each) => distance(replica.parameters, vectors[each]))
  if (error === undefined) expect(a.added[0].values).toEqual(b.added[0].values.map(value => -value))
  return { sum: total(), before, error, lengths }
}

describe('an exchange that is clipped', () => {
  test.each(['none', 'fp16', 'int8', 'qsgd:16', 'topk:0.25', 'randk:0.25'])(
    'adds to one exactly what it takes from the other, no farther than half of the smaller radius, by %s',
    async codec => {
      const [a, b] = [clipsAt(10 * RADIUS), clipsAt(RADIUS)]
      const { lengths, error } = await exchanged({ a, b }, codec)
      expect(error).toBeUndefined()
      for (const length of lengths) {
        expect(length).toBeGreaterThan(0)
        // What a sketch of 64 numbers is wrong by.
        expect(length).toBeLessThan(1.3 * 0.5 * RADIUS)
      }
      expect(a.moved[0]).toBeCloseTo(lengths[0], 3)
      expect(b.moved[0]).toBeCloseTo(lengths[1], 3)
    },
  )

  test('is as any other where the two are near', async () => {
    const [a, b] = [clipsAt(1e6), clipsAt(Number.POSITIVE_INFINITY)]
    const { lengths } = await exchanged({ a, b })
    expect(lengths[0]).toBeCloseTo(distance(drawn(1), drawn(2)) / 2, 3)
  })

  test('keeps the sum of the two, which one that clips by itself alone moves', async () => {
    const together = await exchanged({ a: clipsAt(RADIUS), b: clipsAt(RADIUS) })
    expect(together.sum).toBeCloseTo(together.before, 2)
    const whole = { agree: () => ({ share: 1, squaredDistance: Number.POSITIVE_INFINITY }) }
    const vectors = [drawn(1), drawn(2)]
    const sides = { a: clipsAt(RADIUS), b: clipsAt(RADIUS, whole) }
    const swarm = await createReplicaSwarm(vectors, {
      clipping: self => sides[self as keyof typeof sides].clipping,
    })
    const before = swarm.sum()
    await swarm.run(swarm.peers[0].average(swarm.peers[1]))
    const after = swarm.sum()
    expect(Math.max(...after.map((value, i) => Math.abs(value - before[i])))).toBeGreaterThan(0.1)
  })

  test('ends before anything is added where what is sent is farther away than its sketch says', async () => {
    const near = (_partner: string, _weight: number, sketch: Float32Array): Reach => ({ sketch, radius: RADIUS })
    /** Says that it is where the other is. */
    let theirs: Float32Array | undefined
    const liar = clipsAt(Number.POSITIVE_INFINITY, {
      reach: (_partner, _weight, sketch) => ({ sketch: theirs ?? sketch, radius: Number.POSITIVE_INFINITY }),
    })
    const honest = clipsAt(RADIUS, {
      reach(partner, weight, sketch) {
        theirs = sketch
        return near(partner, weight, sketch)
      },
    })
    const { error, lengths } = await exchanged({ a: honest, b: liar })
    expect(error).toBeInstanceOf(FalseSketchError)
    expect(honest.lied).toEqual(['b'])
    expect(lengths[0]).toBe(0)
  })

  test('is none with one that says no sketch, and with one that says one where nobody clips', async () => {
    const silent = await exchanged({ a: clipsAt(RADIUS), b: undefined })
    expect(silent.error).toBeDefined()
    expect(silent.lengths).toEqual([0, 0])
  })
})
