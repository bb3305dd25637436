import { expect, test } from 'vitest'
import { createSketcher } from '../../src/averaging/sketch.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'
import { createAveragingWorld } from '../gossip/averaging-world.ts'
import { createDriftTrainer } from '../gossip/drift-trainer.ts'
import { createLiar, type Liar } from './liar.ts'
import { lies } from './lies/lies.ts'
import { latestEnd } from './rows.ts'

const HONEST = 5
const STEPS = 200
const PATIENCE = 2
const MAXIMUM_NORM = 1e6
/** Of the virtual swarm's sketches: the first digits of its id. */
const SKETCH_SEED = 0xc0c0c0c0

/** A swarm that has not sealed by then is one that somebody stops. */
const SEAL_MS = 600_000

/** For so long it is watched after the seal. */
const AFTERWARDS_MS = 5_000

/** Five honest peers on a virtual clock, and what became of them beside members that lie. */
async function swarmBeside(name: string | undefined, identities: number) {
  const world = createAveragingWorld({
    peers: HONEST,
    steps: STEPS,
    localSteps: 5,
    minimumPeers: HONEST,
    patience: PATIENCE,
    maximumNorm: MAXIMUM_NORM,
    trainer: async (_index, _random, clock) => createDriftTrainer(clock),
  })
  const { clock, simulatedPeers } = world
  const told = new Set<string>()
  const planted: unknown[] = []
  for (const index of [0, 1, 2, 3]) await world.start(index)
  const liars: Liar[] = []
  for (let each = 0; each < identities; each++) liars.push(await createLiar(world.network.join(`liar-${each}`), clock))
  const length = simulatedPeers[0].gossip?.parameters().length ?? 0
  lies.get(name ?? '')?.({
    liars,
    clock,
    length,
    steps: STEPS,
    maximumNorm: MAXIMUM_NORM,
    sketcher: createSketcher(length, SKETCH_BUCKETS, SKETCH_SEED),
    tell(event, detail) {
      told.add(event)
      if (event === 'vector') planted.push((detail as { readonly hash: string }).hash)
    },
  })
  await world.wait(2_000)
  await world.during(world.start(HONEST - 1))
  const began = clock.now()
  await world.until(() => world.sealed(), SEAL_MS)
  const sealedAfter = clock.now() - began
  // Some attack what is sealed.
  await world.wait(AFTERWARDS_MS)
  await world.until(() => world.sealed(), SEAL_MS)
  return {
    sealedAfter,
    ends: simulatedPeers.map(({ gossip }) => gossip?.status()),
    parameters: simulatedPeers.map(({ gossip }) => gossip?.parameters()),
    hash: simulatedPeers[0].gossip?.sealed(),
    planted,
    told: [...told],
  }
}

/** How many tell which of the lies, and the event by which it is known that they did. */
type LieRow = readonly [name: string, identities: number, event?: string]

/** Tests that five honest peers keep their training, and their end, beside each of these. */
export function testHonestBeside(rows: readonly LieRow[]): void {
  const undisturbed = swarmBeside(undefined, 0)

  test.for(rows)(
    'five honest peers keep their training and their end beside %s, of %i',
    async ([name, identities, event]) => {
      const { sealedAfter, ends, hash, planted, told, parameters } = await swarmBeside(name, identities)
      if (event !== undefined) expect(told).toContain(event)
      expect(planted).not.toContain(hash)
      for (const end of ends) {
        expect(end).toMatchObject({ leftOut: 0, inModel: true })
        expect(end?.ownSteps).toBeGreaterThanOrEqual(STEPS)
      }
      // Every step of everybody adds 1, so the common model is as far as they have trained.
      for (const vector of parameters) expect(Math.max(...(vector ?? []).map(Math.abs))).toBeLessThan(PATIENCE * STEPS)
      expect(sealedAfter).toBeLessThan(latestEnd((await undisturbed).sealedAfter, PATIENCE))
    },
  )
}
