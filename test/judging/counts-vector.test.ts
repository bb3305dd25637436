import { describe, expect, test } from 'vitest'
import { createCountsReader, encodeCounts, isCountable, lengthOf } from '../../src/judging/counts-vector.ts'
import { createRandom } from '../../src/random/random.ts'
import { type CountsShape, sumOfCounts } from '../../src/worth/counts.ts'
import { drawnCounts } from './counting-swarm.ts'

const SHAPE = { kind: 'classes', classes: 3 } as const

const peersOf = (count: number) => Array.from({ length: count }, (_, index) => `peer-${index}`)
/** Reads a vector, knowing of these peers. */
function decodeCounts(shape: CountsShape, vector: Float32Array, known: Iterable<string>) {
  const reader = createCountsReader(shape)
  for (const peer of known) reader.expect(peer)
  return reader.read(vector)
}

/** Reads a vector that was sealed. */
function decodeSealed(shape: CountsShape, vector: Float32Array, known: Iterable<string>) {
  const reader = createCountsReader(shape)
  for (const peer of known) reader.expect(peer)
  return reader.readSealed(vector)
}

const knowing = (peers: readonly { readonly peer: string }[]) => new Set(peers.map(({ peer }) => peer))
const ownOf = (peer: string, samples = 50) => ({ peer, counts: drawnCounts(3, samples, peer), members: 7 })

/** Their average with these weights, in float64, rounded once. */
function weighted(vectors: readonly Float32Array[], weights: readonly number[]): Float32Array {
  return Float32Array.from(vectors[0], (_, i) =>
    vectors.reduce((sum, vector, peer) => sum + weights[peer] * vector[i], 0),
  )
}

describe('a vector of counts', () => {
  test.each([1, 2, 7, 50, 1_000])('that is the average of %i peers holds their sum', count => {
    const own = peersOf(count).map(peer => ownOf(peer))
    const vectors = own.map(one => encodeCounts(SHAPE, one))
    const decoded = decodeCounts(
      SHAPE,
      weighted(
        vectors,
        own.map(() => 1 / count),
      ),
      knowing(own),
    )
    const parts = own.map(({ counts }) => counts)
    expect(decoded?.counts).toEqual(sumOfCounts(SHAPE, parts))
    expect([decoded?.members, decoded?.of]).toEqual([count, Math.max(count, 7)])
    expect(own.every(({ peer }) => decoded?.holds(peer))).toBe(true)
    expect(decoded?.holds('somebody else')).toBe(false)
  })

  test('that random pairs of 1,000 peers have averaged in float32 holds their sum', () => {
    const count = 1_000
    const own = peersOf(count).map(peer => ownOf(peer, 5))
    const vectors = own.map(one => encodeCounts(SHAPE, one))
    const random = createRandom('pairs')
    for (let exchange = 0; exchange < 45 * count; exchange++) {
      const [a, b] = [random.integer(count), random.integer(count)]
      const [x, y] = [vectors[a], vectors[b]]
      for (let i = 0; i < x.length && a !== b; i++) {
        const difference = Math.fround((y[i] - x[i]) / 2)
        x[i] += difference
        y[i] -= difference
      }
    }
    const counts = sumOfCounts(
      SHAPE,
      own.map(({ counts }) => counts),
    )
    const known = knowing(own)
    for (const vector of vectors.slice(0, 20)) expect(decodeCounts(SHAPE, vector, known)?.counts).toEqual(counts)
  })

  test.each([
    ['a little more', [0.2001, 0.2, 0.2, 0.2, 0.1999]],
    // As they are after a few exchanges: these would be eight peers.
    ['twice as much as others', [0.25, 0.25, 0.25, 0.125, 0.125]],
    ['nothing yet, of those that are', [0.5, 0.25, 0.25, 0, 0]],
  ])('in which one peer counts for %s is no sum', (_, weights) => {
    const known = new Set(peersOf(20))
    const vectors = peersOf(5).map(peer => encodeCounts(SHAPE, ownOf(peer)))
    expect(decodeCounts(SHAPE, weighted(vectors, [0.2, 0.2, 0.2, 0.2, 0.2]), known)?.members).toBe(5)
    expect(decodeCounts(SHAPE, weighted(vectors, weights), known)).toBeUndefined()
    expect(decodeSealed(SHAPE, weighted(vectors, weights), [])).toBeUndefined()
    // Not by the numbers alone: nobody has any sample.
    const none = peersOf(5).map(peer => encodeCounts(SHAPE, ownOf(peer, 0)))
    expect(decodeCounts(SHAPE, weighted(none, weights), known)).toBeUndefined()
    expect(decodeSealed(SHAPE, weighted(none, weights), [])).toBeUndefined()
  })

  test('that was sealed is read by one that has met nobody who is in it', () => {
    const vectors = peersOf(5).map(peer => encodeCounts(SHAPE, ownOf(peer)))
    const average = weighted(vectors, [0.2, 0.2, 0.2, 0.2, 0.2])
    expect(decodeSealed(SHAPE, average, [])?.members).toBe(5)
    expect(decodeCounts(SHAPE, average, [])).toBeUndefined()
  })

  test('is of those alone that have a part in it', () => {
    const vectors = [
      encodeCounts(SHAPE, ownOf('a')),
      encodeCounts(SHAPE, ownOf('b')),
      encodeCounts(SHAPE, { peer: 'late', counts: undefined, members: 9 }),
    ]
    const third = 1 / 3
    const decoded = decodeCounts(SHAPE, weighted(vectors, [third, third, third]), new Set(['a', 'b', 'late']))
    expect(decoded?.counts).toEqual(sumOfCounts(SHAPE, [ownOf('a').counts, ownOf('b').counts]))
    expect([decoded?.members, decoded?.of]).toEqual([2, 7])
  })

  test('that was tampered with to be no whole number is none', () => {
    const vector = encodeCounts(SHAPE, ownOf('a'))
    vector[vector.length - 1] += 0.3
    expect(decodeCounts(SHAPE, vector, new Set(['a']))).toBeUndefined()
    vector[vector.length - 1] = Number.NaN
    expect(decodeCounts(SHAPE, vector, new Set(['a']))).toBeUndefined()
  })

  test('of more samples than its digits count is refused', () => {
    const counts = { ...drawnCounts(3, 10, 'many'), samples: 2 ** 30 }
    expect(() => encodeCounts(SHAPE, { peer: 'a', counts, members: 2 })).toThrow(
      'a count of 1073741824 has more than 5 digits of 6 bits',
    )
  })

  test.each([
    { kind: 'classes', classes: 2 },
    { kind: 'classes', classes: 100 },
    { kind: 'classes', classes: 3_000 },
    { kind: 'values', outputs: 600 },
  ] as const)('lies in one frame, which is averaged as one: $kind $classes $outputs', shape => {
    expect(isCountable(shape)).toBe(true)
    expect(lengthOf(shape)).toBeLessThanOrEqual(65_536)
  })
})
