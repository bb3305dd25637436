import type { MixingNeed } from '../../src/averaging/rule.ts'
import type { Chance } from './chance.ts'

/** Whether the message from one peer to another arrives in a round. */
export type Delivery = (round: number, from: number, to: number) => boolean

/** Rules whose columns must sum to 1, and which have no other way to make up for what is lost. */
const TWO_SIDED: readonly MixingNeed[] = ['pairwise', 'doubly-stochastic', 'symmetric']

/**
 * Every message is lost with the same probability. Where rows and columns of W must both sum to 1, the messages of a link are
 * one atomic exchange: both arrive or neither does.
 *
 * @returns undefined where everything arrives
 */
export function createDelivery(loss: number, mixing: MixingNeed, chance: Chance): Delivery | undefined {
  if (loss === 0) return undefined
  const oneWay: Delivery = (round, from, to) => chance(round, from, to) >= loss
  if (!TWO_SIDED.includes(mixing)) return oneWay
  return (round, from, to) => oneWay(round, from, to) && oneWay(round, to, from)
}
