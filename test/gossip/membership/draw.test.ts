import { describe, expect, test } from 'vitest'
import { LEAST_DRAW_SHARE } from '../../../src/gossip/membership/constants.ts'
import { drawPartner } from '../../../src/gossip/membership/draw.ts'
import { createRandom } from '../../../src/random/random.ts'

const DRAWS = 20_000

/** How often each is drawn, beside the first. */
function shares(durations: Readonly<Record<string, number | undefined>>): number[] {
  const random = createRandom(1)
  const peers = Object.keys(durations)
  const counts = new Map<string, number>()
  for (let i = 0; i < DRAWS; i++) {
    const peer = drawPartner(peers, one => durations[one], random)
    counts.set(peer, (counts.get(peer) ?? 0) + 1)
  }
  return peers.map(peer => (counts.get(peer) ?? 0) / (counts.get(peers[0]) as number))
}

const close = (expected: readonly number[]) => expected.map(share => expect.closeTo(share, 1))

describe('a partner is drawn', () => {
  test('as often as any other where nothing was measured, or all take about as long', () => {
    expect(shares({ a: undefined, b: undefined, c: undefined })).toEqual(close([1, 1, 1]))
    expect(shares({ a: 100, b: 100, c: 190 })).toEqual(close([1, 1, 1]))
    expect(shares({ a: 100, b: 100, c: undefined })).toEqual(close([1, 1, 1]))
  })

  test('less often the longer it takes, and never less than a fourth as often', () => {
    expect(shares({ a: 100, b: 100, c: 400, d: 100 })).toEqual(close([1, 1, 0.5, 1]))
    expect(shares({ a: 100, b: 100, c: 1e9, d: 100 })).toEqual(close([1, 1, LEAST_DRAW_SHARE, 1]))
  })

  test('whoever is the only one, however long it takes', () => {
    expect(drawPartner(['a'], () => 1e9, createRandom(1))).toBe('a')
  })
})
