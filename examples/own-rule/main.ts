/**
 * An averaging rule of one's own beside the built-in one. See README.md.
 *
 *     node examples/own-rule/main.ts
 */

import { loadDataset, type RecipeInput } from '../../src/index.ts'
import { type AveragingRule, mixingMatrix, ring, spectralGap } from '../../src/public/algorithms.ts'
import { simulate } from '../../src/public/simulate.ts'
import { secondOrder } from './second-order.ts'

const PEERS = 32
const CLOSE = 1e-3

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

// The best ω for a graph, by how slowly plain averaging is on it: λ is what it leaves of the distance in a round.
const lambda = 1 - spectralGap(mixingMatrix(ring, PEERS, 0))
const ours = secondOrder(Number((2 / (1 + Math.sqrt(1 - lambda ** 2))).toFixed(2)))
const rules: readonly { readonly name: string; readonly rule?: AveragingRule }[] = [
  { name: 'dpsgd' },
  { name: ours.name, rule: ours },
]

console.log(
  `${PEERS} peers on a ring only average: rounds until they are within ${CLOSE}, and how far their mean has moved`,
)
for (const { name, rule } of rules) {
  const recipe: RecipeInput = {
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [100], classes: 0 },
    averaging: { rule: name, topology: 'ring', consensusDistance: CLOSE },
    training: { steps: 0 },
  }
  const { final } = await simulate({ engine: 'matrix', recipe, rule, peers: PEERS, seed: 1 })
  console.log(
    `${name.padEnd(18)} ${String(final.round).padStart(4)} rounds   mean moved by ${final.meanDrift?.toExponential(0)}`,
  )
}

console.log(
  `\n${PEERS} peers on a ring learn digits, each from two classes: accuracy of their own models, and their distance`,
)
const data = await loadDataset('digits', { seed: 1, samples: 800 })
for (const { name, rule } of rules) {
  const recipe: RecipeInput = {
    model: { name: 'linear' },
    averaging: { rule: name, topology: 'ring' },
    training: { steps: 150, batch: 16, learningRate: 0.02 },
    exchange: { localSteps: 1 },
  }
  const options = { engine: 'matrix', partition: 'shards:2', peers: PEERS, seed: 1 } as const
  const { final } = await simulate({ ...options, recipe, rule, data, evaluateEvery: 150 })
  const { mean, min } = final.localAccuracy ?? { mean: Number.NaN, min: Number.NaN }
  console.log(
    `${name.padEnd(18)} ${percent(mean)}, the worst ${percent(min)}   distance ${final.consensusDistance.toFixed(2)}`,
  )
}
