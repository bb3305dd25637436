import { describe, expect, test } from 'vitest'
import type { WorldOptions } from '../../../simulations/virtual/world.ts'
import type { GossipEvents } from '../../../src/gossip/events.ts'
import { send } from '../../../src/gossip/streams/messages.ts'
import { type AveragingWorld, createAveragingWorld } from '../averaging-world.ts'
import { never } from '../byzantine-peer.ts'
import { createDriftTrainer } from '../drift-trainer.ts'
import { type Attack, accept, addAttackers, forever, leaveInDoubt, propose } from './attackers.ts'

const HONEST = 5
const WATCHED_MS = 60_000

const training: Pick<WorldOptions, 'steps' | 'localSteps' | 'trainer'> = {
  steps: 1e6,
  localSteps: 5,
  trainer: async (_index, _random, clock) => createDriftTrainer(clock),
}

/** Exchanges of the honest ones with each other in a minute of training, its beginning included. */
async function exchangesBeside(count: number, attack: Attack): Promise<number> {
  let made = 0
  const world = createAveragingWorld({
    peers: HONEST,
    ...training,
    onEvent(_peer, name, detail) {
      const { peer, outcome } = detail as GossipEvents['exchange']
      if (name === 'exchange' && outcome === 'averaged' && peer.startsWith('peer-')) made++
    },
  })
  await world.startAll()
  await addAttackers(world, count, attack)
  await world.wait(WATCHED_MS)
  return made
}

const attacks: readonly (readonly [string, Attack])[] = [
  [
    'refuse everything',
    { answer: async (_channel, stream) => await send(stream, { type: 'refuse', reason: 'no' }, never) },
  ],
  ['answer nothing', {}],
  [
    'agree to everything and say nothing more',
    {
      async answer(channel, stream) {
        if (channel === 'exchange') await accept(stream)
        await forever()
      },
    },
  ],
  ['begin exchanges with everybody and say nothing more', { act: async (...args) => void (await propose(...args)) }],
  ['leave exchanges with everybody in doubt', { act: leaveInDoubt }],
]

/** A busy machine takes its time for a minute of ten peers. */
const PATIENT = { timeout: 300_000 }

describe('beside as many that', PATIENT, async () => {
  const alone = await exchangesBeside(0, {})

  test.for(attacks)('%s, honest peers make four fifths of the exchanges that they make alone', async ([, attack]) => {
    expect((await exchangesBeside(HONEST, attack)) / alone).toBeGreaterThan(0.8)
  })
})

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
