/**
 * The lies of members that otherwise run our own core, by name: what they say of their parameters, and what they make of their own samples
 * before they learn from them.
 *
 * @packageDocumentation
 */

import { alie } from '../../../src/averaging/attacks/alie.ts'
import type { Attack, AttackView } from '../../../src/averaging/attacks/attack.ts'
import { dissensus } from '../../../src/averaging/attacks/dissensus.ts'
import { ipm } from '../../../src/averaging/attacks/ipm.ts'
import { labelFlip } from '../../../src/averaging/attacks/label-flip.ts'
import { signFlip } from '../../../src/averaging/attacks/sign-flip.ts'
import type { Dataset } from '../../../src/data/dataset.ts'
import { LEAST_ADMISSIBLE_NORM, NORM_MARGIN } from '../../../src/gossip/exchange/constants.ts'
import { meanOf, norm } from '../../../src/parameters/vectors.ts'
import { backdoored } from './trigger.ts'

export interface Forgery extends Attack {
  /** What it makes of its own samples. Default: it learns from them as they are. */
  readonly poison?: (shard: Dataset) => Dataset
}

/** Of what is admissible, which honest peers reckon by norms that are up to a second old. */
const JUST_ADMISSIBLE = 0.9

/** z: its own, hidden among so few, would be 0, and the lie the mean of the honest. */
const DEVIATIONS = 1.5

/** ε of the authors' experiments. */
const EPSILON = 1.5

/** Noise that is as large as an honest model. */
const noise: Forgery = {
  name: 'noise',
  forge({ own, random }, out) {
    const deviation = norm(own) / Math.sqrt(own.length)
    for (let p = 0; p < out.length; p++) out[p] = deviation * random.normal()
  },
}

/** As large as the receiver lets through. */
function largestNorm({ receiver }: AttackView): number {
  return JUST_ADMISSIBLE * Math.max(LEAST_ADMISSIBLE_NORM, NORM_MARGIN * norm(receiver))
}

/** Backwards, as far as the receiver lets through. */
const largest: Forgery = {
  name: 'norm',
  forge(view, out) {
    const scale = -largestNorm(view) / norm(view.own)
    for (let p = 0; p < out.length; p++) out[p] = scale * view.own[p]
  },
}

/** The same lie, and never so large that the receiver would refuse it, and the liar with it. */
function withinNorm(attack: Forgery): Forgery {
  return {
    ...attack,
    forge(view, out) {
      attack.forge?.(view, out)
      const scale = Math.min(1, largestNorm(view) / norm(out))
      for (let p = 0; p < out.length; p++) out[p] *= scale
    },
  }
}

/**
 * Presses a backdoor that it has learned: x + b (x − m) of its own vector and the honest mean. Where the b honest vectors for each liar and the
 * lie are averaged alike, what comes out is its own vector (Bagdasaryan, Veit, Hua, Estrin and Shmatikov 2020, "How To Backdoor Federated
 * Learning", who call it model replacement).
 */
const backdoor: Forgery = {
  name: 'backdoor',
  poison: backdoored,
  forge(view, out) {
    const { own, byzantine } = view
    const honest = honestOf(view)
    const mean = meanOf(honest)
    const boost = honest.length / byzantine.count
    for (let p = 0; p < out.length; p++) out[p] = own[p] + boost * (own[p] - mean[p])
  },
}

function honestOf({ receiver, honest }: AttackView): readonly Float32Array[] {
  return [receiver, ...honest.map(({ vector }) => vector)] as readonly Float32Array[]
}

/** An attack on the data alone. */
function poisoning({ name, relabel }: Attack): Forgery {
  return {
    name,
    poison: shard => ({
      ...shard,
      labels: shard.labels.map(label => relabel?.(label, shard.classes) ?? label),
    }),
  }
}

export const forgeries: readonly Forgery[] = [
  noise,
  signFlip,
  largest,
  { ...alie(DEVIATIONS), name: 'alie' },
  ipm,
  withinNorm({ ...dissensus(EPSILON), name: 'dissensus' }),
  poisoning(labelFlip),
  withinNorm(backdoor),
]

export function isForgery(name: string): boolean {
  return forgeries.some(forgery => forgery.name === name)
}

export function forgeryNamed(name: string): Forgery {
  const found = forgeries.find(forgery => forgery.name === name)
  if (found === undefined) throw new Error(`no such forgery: ${name}`)
  return found
}
