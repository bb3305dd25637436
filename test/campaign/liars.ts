/**
 * Members that lie: each kind is a core that does not do as the protocol says, in the place of the one that does. A schedule names them, and
 * draws from all that are here.
 *
 * @packageDocumentation
 */

import { createSketcher } from '../../src/averaging/sketch.ts'
import { createGossip, type Gossip } from '../../src/gossip/gossip.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'
import { createRandom } from '../../src/random/random.ts'
import { type Forgery, forgeries } from '../attacks/forging/forgeries.ts'
import { createConspiracy, forgeExchanges, type SketchOf } from '../attacks/forging/forging-network.ts'
import type { Core } from '../simulations/chaos.ts'

/** Runs our own core, and lies in what it merges: for itself, as no other liar knows of it. */
function forging(forge: NonNullable<Forgery['forge']>, sketchOf: SketchOf): Core {
  return async (options, emit) => {
    let gossip: Gossip | undefined
    const seed = Number.parseInt(options.swarm.slice(0, 8), 16)
    const network = forgeExchanges(options.network, {
      forge,
      conspiracy: createConspiracy(createRandom(`${options.network.self}/lies`)),
      own: () => gossip?.parameters(),
      sketch: vector => createSketcher(vector.length, SKETCH_BUCKETS, seed).sketch(vector),
      sketchOf,
    })
    gossip = await createGossip({ ...options, network }, emit)
    return gossip
  }
}

/** By their names in schedules. Those that lie about their own samples train as others do. */
const LIARS: Readonly<Record<string, Core>> = Object.fromEntries(
  forgeries.flatMap(({ name, forge }) =>
    forge === undefined
      ? []
      : [
          [name, forging(forge, 'lie')],
          [`${name} with a false sketch`, forging(forge, 'own')],
        ],
  ),
)

/** The names that a schedule may say. */
export const lieKinds: readonly string[] = Object.keys(LIARS)

/** @throws Error for a name that is none */
export function liarOf(kind: string): Core {
  if (!Object.hasOwn(LIARS, kind)) throw new Error(`no member lies so: ${kind}`)
  return LIARS[kind]
}
