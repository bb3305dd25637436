import { parseAttack } from '../../src/averaging/attacks/registry.ts'
import { fitRule } from '../../src/averaging/requirements.ts'
import type { Averaging } from './average.ts'
import { averageEverybody } from './average-everybody.ts'
import { averageOverLinks } from './average-links.ts'
import { averageInPairs } from './average-pairs.ts'
import type { Block } from './block.ts'
import { type ByzantineSender, createByzantineSender } from './byzantine-sender.ts'
import type { Chance } from './chance.ts'
import { createDelivery } from './loss.ts'
import { createMeanOver, shareOf } from './mean-over.ts'
import type { Parts } from './parts.ts'
import type { Plan } from './plan.ts'

/** How this rule's messages travel over this topology. */
export function createAveraging(plan: Plan, { topology, aggregator }: Parts, block: Block, chance: Chance): Averaging {
  const { rule, peers, parameters } = block
  const thread = plan.blocks.indexOf(block.first)
  const range = shareOf(thread, plan.blocks.length - 1, parameters)
  const delivers = createDelivery(plan.loss, rule.mixing, chance)
  const byzantineSender = byzantineSenderOf(plan, block)
  if (rule.mixing === 'none') return { round() {} }
  if (rule.mixing === 'all' || plan.throughMean) {
    return averageEverybody({
      block,
      meanOver: createMeanOver(block.kernels, block.heap),
      range,
      toEachOther: plan.throughMean,
      delivers,
      byzantineSender,
    })
  }
  if (rule.mixing === 'pairwise') {
    return averageInPairs({ block, topology, delivers, byzantineSender, seed: `${plan.seed}/pairs` })
  }
  const { mixing } = fitRule({ rule, aggregator, topology, peers })
  return averageOverLinks(block, mixing, delivers, byzantineSender)
}

function byzantineSenderOf({ byzantine, seed }: Plan, { rule, parameters, heap }: Block): ByzantineSender | undefined {
  if (byzantine === undefined) return undefined
  const { forge } = parseAttack(byzantine.attack)
  const byzantinePeers = new Set(byzantine.peers)
  return (
    forge &&
    createByzantineSender(
      forge,
      peer => byzantinePeers.has(peer),
      rule.message,
      parameters,
      heap.floats,
      `${seed}/attack`,
    )
  )
}
