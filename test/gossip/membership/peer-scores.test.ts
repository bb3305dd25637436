import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { MAX_OFFENCES, STREAM_BURST, STREAMS_PER_SECOND } from '../../../src/gossip/membership/constants.ts'
import { createStanding } from '../../../src/gossip/membership/peer-scores.ts'

describe('the standing of a peer', () => {
  test('is lost with the last offence that is forgiven', () => {
    const standing = createStanding(createVirtualClock())
    const lost = Array.from({ length: MAX_OFFENCES }, () => standing.offend('a'))
    expect(lost).toEqual([...new Array(MAX_OFFENCES - 1).fill(false), true])
    expect([standing.banned('a'), standing.banned('b')]).toEqual([true, false])
  })

  test('admits a burst of streams and no more', () => {
    const standing = createStanding(createVirtualClock())
    const admitted = Array.from({ length: 2 * STREAM_BURST }, () => standing.admits('a')).filter(Boolean)
    expect(admitted.length).toBe(STREAM_BURST + 1)
  })

  test('admits one peer while another has used up its share', () => {
    const standing = createStanding(createVirtualClock())
    while (standing.admits('a'));
    expect(standing.admits('b')).toBe(true)
  })

  test('admits so many streams a second in the long run', async () => {
    const clock = createVirtualClock()
    const standing = createStanding(clock)
    while (standing.admits('a'));
    let admitted = 0
    const knock = () => {
      if (standing.admits('a')) admitted++
      clock.after(1, knock)
    }
    knock()
    await clock.run(() => clock.now() >= 10_000)
    expect(admitted).toBeCloseTo(10 * STREAMS_PER_SECOND, -1)
  })
})
