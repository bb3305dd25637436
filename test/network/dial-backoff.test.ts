import { describe, expect, test } from 'vitest'
import { DIAL_REST_LONGEST_MS, MAX_ADDRESSES_TRIED, MAX_PEER_DIALS, MINUTE_MS } from '../../src/network/constants.ts'
import { createDialBackoff } from '../../src/network/dial-backoff.ts'

const PEER = 'p'
const HOME = '/ip4/192.0.2.1/tcp/1'

/** A peer that never answers, asked for once a second; what happens meanwhile is told with the second. */
function askFor(seconds: number, meanwhile: (second: number, backoff: ReturnType<typeof createDialBackoff>) => void) {
  let now = 0
  const backoff = createDialBackoff(() => now)
  const dials: number[] = []
  for (let second = 0; second < seconds; second++) {
    now = second * 1_000
    meanwhile(second, backoff)
    if (backoff.reasonToWait(PEER) !== undefined) continue
    dials.push(second)
    backoff.dialled(PEER, [HOME])
    backoff.failed(PEER, 'silent', 'nothing answers')
  }
  return { dials, backoff }
}

describe('a peer that does not answer', () => {
  test('is let be for twice as long after every dial, up to the longest', () => {
    const { dials } = askFor(3_000, (_, backoff) => backoff.offered(PEER, [HOME]))
    expect(dials.slice(0, 7)).toEqual([0, 30, 90, 210, 450, 930, 1_530])
    const pauses = dials.slice(1).map((at, i) => at - (dials[i] ?? 0))
    expect(Math.max(...pauses) * 1_000).toBe(DIAL_REST_LONGEST_MS)
  })

  test('is dialled at once at an address that is new, and at no old one', () => {
    const { dials } = askFor(15, (second, backoff) => {
      backoff.offered(PEER, second < 10 ? [HOME] : [HOME, '/ip4/192.0.2.2/tcp/1'])
    })
    expect(dials).toEqual([0, 10])
  })

  test('is dialled no more often than a few times a minute, whatever it announces', () => {
    const { dials } = askFor(600, (second, backoff) => backoff.offered(PEER, [`/ip4/192.0.2.1/tcp/${second + 2}`]))
    for (const from of dials) {
      expect(dials.filter(at => at >= from && at < from + MINUTE_MS / 1_000).length).toBeLessThanOrEqual(MAX_PEER_DIALS)
    }
    // Addresses without end are none.
    expect(dials.length).toBeLessThan(MAX_ADDRESSES_TRIED + 6)
    expect(dials.filter(at => at > 120).length).toBeLessThan(6)
  })

  test('is no longer let be when it comes by itself', () => {
    const { dials, backoff } = askFor(15, (second, each) => {
      if (second === 5) each.reached(PEER)
    })
    expect(dials).toEqual([0, 5])
    expect(backoff.unreached()).toEqual([
      { peer: PEER, obstacle: 'silent', reason: 'nothing answers', isResting: true },
    ])
    backoff.reached(PEER)
    expect(backoff.unreached()).toEqual([])
  })

  test('is dialled at once when this peer has moved', () => {
    const { dials } = askFor(15, (second, backoff) => {
      if (second === 7) backoff.moved()
    })
    expect(dials).toEqual([0, 7])
  })

  test('may say a new address while it is being dialled', () => {
    const backoff = createDialBackoff(() => 0)
    backoff.dialled(PEER, [HOME])
    backoff.offered(PEER, ['/ip4/192.0.2.2/tcp/1'])
    backoff.failed(PEER, 'silent', 'nothing answers')
    expect(backoff.reasonToWait(PEER)).toBeUndefined()
    expect(backoff.unreached()).toEqual([])
  })
})

test('a machine that answers is tried again soon', () => {
  let now = 0
  const backoff = createDialBackoff(() => now)
  backoff.dialled(PEER, [HOME])
  backoff.failed(PEER, 'refused', 'nothing listens there')
  expect(backoff.reasonToWait(PEER)).toBe('nothing listens there (tried again in 1 s)')
  now = 1_001
  expect(backoff.reasonToWait(PEER)).toBeUndefined()
})
