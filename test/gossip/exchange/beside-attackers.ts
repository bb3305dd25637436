import { expect, test } from 'vitest'
import type { WorldOptions } from '../../../simulations/virtual/world.ts'
import type { GossipEvents } from '../../../src/gossip/events.ts'
import { createAveragingWorld } from '../averaging-world.ts'
import { createDriftTrainer } from '../drift-trainer.ts'
import { type Attack, addAttackers } from './attackers.ts'

const HONEST = 5
const WATCHED_MS = 60_000

export const training: Pick<WorldOptions, 'steps' | 'localSteps' | 'trainer'> = {
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

/** A busy machine takes its time for a minute of ten peers. */
export const PATIENT = { timeout: 300_000 }

/** Tests that honest peers go on averaging beside as many that do one of these. */
export function testExchangesBeside(attacks: readonly (readonly [does: string, attack: Attack])[]): void {
  const alone = exchangesBeside(0, {})

  test.for(attacks)(
    'beside as many that %s, honest peers make four fifths of the exchanges that they make alone',
    PATIENT,
    async ([, attack]) => {
      expect((await exchangesBeside(HONEST, attack)) / (await alone)).toBeGreaterThan(0.8)
    },
  )
}
