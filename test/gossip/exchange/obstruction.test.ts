import { describe, expect, test } from 'vitest'
import { type AveragingWorld, createAveragingWorld } from '../averaging-world.ts'
import { addAttackers, leaveInDoubt } from './attackers.ts'
import { PATIENT, testExchangesBeside, training } from './beside-attackers.ts'

// The others are among the tests of what is large.
testExchangesBeside([['leave exchanges with everybody in doubt', { act: leaveInDoubt }]])

const doubtsIn = (world: AveragingWorld) =>
  world.simulatedPeers
    .flatMap(({ gossip }) => gossip?.open().doubts ?? [])
    .filter(({ partner }) => partner.startsWith('attacker')).length

describe('of twelve that leave exchanges in doubt and live on', PATIENT, () => {
  test('each leaves one, which is given up, and the others go on averaging', async () => {
    const world = createAveragingWorld({ peers: 4, ...training })
    await world.startAll()
    await addAttackers(world, 12, { act: leaveInDoubt })
    await world.wait(3_000)
    expect(doubtsIn(world)).toBeGreaterThan(24)
    expect(doubtsIn(world)).toBeLessThanOrEqual(48)
    await world.wait(37_000)
    expect(doubtsIn(world)).toBe(0)
    expect(world.simulatedPeers.map(({ gossip }) => gossip?.open().aborts?.length)).toEqual([12, 12, 12, 12])
    const before = world.events.length
    await world.wait(5_000)
    const made = world.events.slice(before).filter(line => /exchange .*"peer":"peer-.*"averaged"/.test(line))
    expect(made.length).toBeGreaterThan(20)
  })
})
