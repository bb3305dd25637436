/**
 * Three rules on one problem, over five seeds: a figure and its data for a paper. See README.md.
 *
 *     node examples/paper-figure/main.ts [FOLDER]
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RecipeInput } from '../../src/index.ts'
import { renderFigure, runSweep, type SweepPoint, simulate, trajectoriesAsCsv } from '../../src/public/simulate.ts'

const RULES = ['dpsgd', 'd2', 'gradient-tracking']
const SEEDS = [1, 2, 3, 4, 5]
const PEERS = 8

const folder = process.argv[2] ?? '.'

/** Every peer pulls towards a minimum of its own; what is looked for is that of their sum. */
function recipeFor(rule: string): RecipeInput {
  return {
    objective: { task: 'quadratic', heterogeneity: 0.5 },
    model: { name: 'vector', shape: [4], classes: 0 },
    averaging: { rule, topology: 'ring' },
    exchange: { localSteps: 1 },
    training: { steps: 30, learningRate: 0.5, momentum: 0 },
  }
}

// Points that differ in nothing but their seed become one line, so the seed stands in the name as `seed=…`.
const points: SweepPoint[] = RULES.flatMap(rule =>
  SEEDS.map(seed => ({ name: `rule=${rule} seed=${seed}`, flags: { rule, seed } })),
)

const outcomes = await runSweep({
  points,
  commandOf: ({ name }) => `node examples/paper-figure/main.ts # ${name}`,
  async prepare({ flags }) {
    const options = {
      engine: 'matrix',
      recipe: recipeFor(String(flags.rule)),
      peers: PEERS,
      seed: Number(flags.seed),
    } as const
    return { what: JSON.stringify(options), run: listening => simulate({ ...options, ...listening }) }
  },
})

mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'paper-figure.svg'), await renderFigure({ outcomes, quantity: 'mergedLoss' }))
writeFileSync(join(folder, 'paper-figure.csv'), await trajectoriesAsCsv(outcomes))
console.log(`${outcomes.length} runs: paper-figure.svg and paper-figure.csv are in ${folder}`)
