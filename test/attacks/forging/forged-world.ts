/**
 * The deployed core on the virtual network, with members that lie in what they merge; and what became of the honest ones.
 *
 * @packageDocumentation
 */

import { createSketcher } from '../../../src/averaging/sketch.ts'
import type { Split } from '../../../src/data/source.ts'
import { createGossip, type Gossip } from '../../../src/gossip/gossip.ts'
import { SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import { shardsOf } from '../../../src/library/fit-data.ts'
import { meanOf } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { type Recipe, recipeHash } from '../../../src/recipe/recipe.ts'
import { createLearningWorld } from '../../accept/together/learning-world.ts'
import { judgeModel, type ModelWorth } from './common-model.ts'
import type { Forgery } from './forgeries.ts'
import { createConspiracy, forgeExchanges, type SketchOf } from './forging-network.ts'

export interface ForgedWorldOptions {
  readonly recipe: Recipe
  readonly data: Split
  /** How the training samples are dealt to all of them. Default: alike. */
  readonly partition?: string
  /** All members. */
  readonly peers: number
  /** How many of them lie; none, and all are honest, where there is no forgery. */
  readonly liars: number
  readonly forgery?: Forgery
  /** Default: that of the lie. */
  readonly sketchOf?: SketchOf
  readonly seed: number
  /** After so long on the virtual clock it is over, in seconds. */
  readonly limit?: number
  readonly log?: (line: string) => void
}

/** What became of the honest peers. */
export interface ForgedSwarm extends ModelWorth {
  /** Whether all of them sealed on one hash. Otherwise their mean is judged. */
  readonly sealed: boolean
  /** What ended it before, if anything did. */
  readonly trouble?: string
  /** Of all members, each counted at both sides. */
  readonly exchanges: number
  readonly lies: number
  readonly bytes: number
  /** On the virtual clock. */
  readonly seconds: number
}

/** Several times what an honest swarm takes with the steps of the default recipe; one that has not sealed by then is one that somebody stops. */
const LIMIT_S = 80

export async function forgedWorld(options: ForgedWorldOptions): Promise<ForgedSwarm> {
  const { recipe, data, partition = 'iid', peers, forgery, sketchOf = 'lie', seed, limit = LIMIT_S, log } = options
  const lying = liarsAmong(peers, forgery === undefined ? 0 : options.liars)
  const dealt = shardsOf(data.train, { of: peers, partition, seed })
  const shards = dealt.map((shard, index) => (lying.has(index) ? (forgery?.poison?.(shard) ?? shard) : shard))
  const conspiracy = createConspiracy(createRandom(`${seed}/lies`))
  const sketchSeed = Number.parseInt(recipeHash(recipe).slice(0, 8), 16)

  const world = await createLearningWorld({
    recipe,
    shards,
    test: data.test,
    seed,
    log,
    async core(given, emit) {
      const forge = forgery?.forge
      if (forge === undefined || !lying.has(indexOf(given.network.self))) return await createGossip(given, emit)
      let gossip: Gossip | undefined
      const network = forgeExchanges(given.network, {
        forge,
        conspiracy,
        own: () => gossip?.parameters(),
        sketch: vector => createSketcher(vector.length, SKETCH_BUCKETS, sketchSeed).sketch(vector),
        sketchOf,
      })
      gossip = await createGossip({ ...given, network }, emit)
      return gossip
    },
  })
  const { clock, simulatedPeers } = world
  const indexOf = (peer: string) => simulatedPeers.findIndex(one => one.peer === peer)
  const honest = simulatedPeers.filter(({ index }) => !lying.has(index))
  const seals = () => new Set(honest.map(({ gossip }) => gossip?.sealed()))
  const haveSealed = () => seals().size === 1 && !seals().has(undefined)
  try {
    let trouble: string | undefined
    try {
      for (const { index } of simulatedPeers) await world.start(index)
      await world.until(haveSealed, 1_000 * limit)
    } catch (error) {
      trouble = (error as Error).message
    }
    const vectors = honest.flatMap(({ gossip }) => gossip?.parameters() ?? [])
    return {
      ...(await judgeModel(recipe, data.test, meanOf(haveSealed() ? vectors.slice(0, 1) : vectors))),
      sealed: haveSealed(),
      ...(trouble !== undefined && { trouble }),
      exchanges: simulatedPeers.reduce((sum, { gossip }) => sum + (gossip?.status().exchanges ?? 0), 0),
      lies: conspiracy.told,
      bytes: world.network.bytesSent(),
      seconds: clock.now() / 1_000,
    }
  } finally {
    await world.end()
  }
}

/** Spread over the names, because in rounds the smaller one of two begins. */
function liarsAmong(peers: number, liars: number): ReadonlySet<number> {
  return new Set(Array.from({ length: liars }, (_, each) => Math.floor(((each + 1) * peers) / (liars + 1))))
}
