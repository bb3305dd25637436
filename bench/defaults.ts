import { loadDataset, parseRecipe, type RecipeInput, simulate } from '../src/index.ts'
import type { Benchmark, Row } from './benchmark.ts'

/**
 * The evidence for a recipe's defaults: rules and intervals on data that peers share alike and unlike, with and without a
 * straggler, by the deployed core on the virtual network.
 */

const PEERS = 5
const SEEDS = [1] as const
const PARTITIONS = ['iid', 'dirichlet:0.3', 'sorted'] as const

/** The candidates, by name. Fields that are absent have the default of `hearsay init`. */
const CANDIDATES: Readonly<Record<string, RecipeInput>> = {
  'dpsgd complete, every 10': { averaging: { rule: 'dpsgd' } },
  'dpsgd complete, auto': { averaging: { rule: 'dpsgd' }, exchange: { localSteps: 'auto' } },
  'dpsgd ring, every 10': { averaging: { rule: 'dpsgd', topology: 'ring' } },
  'adpsgd complete, every 10': { averaging: { rule: 'adpsgd' } },
  'noloco, every 10': { averaging: { rule: 'noloco' } },
}

/** One of five that trains ten times slower. */
const STRAGGLER = { share: 1 / PEERS, training: 10 } as const

/** Sizes from a few samples to some thousands. */
const UNEQUAL = 'quantity:0.2'

interface Outcome {
  readonly accuracy: number
  readonly seconds: number
  readonly megabytes: number
  readonly made: number
}

export const defaults: Benchmark = async say => {
  const table: Row[] = []
  for (const [name, recipe] of Object.entries(CANDIDATES)) {
    for (const partition of PARTITIONS) {
      for (const stragglers of [undefined, STRAGGLER]) {
        const outcomes: Outcome[] = []
        for (const seed of SEEDS) outcomes.push(await run(recipe, { partition, stragglers, seed }))
        const row = {
          what: name,
          partition,
          straggler: stragglers === undefined ? 'none' : '10 x',
          ...meanOf(outcomes),
        }
        table.push(row)
        say(Object.values(row).join('  '))
      }
    }
  }
  const sizes: Record<string, number[]> = { equalAccuracy: [], samplesAccuracy: [] }
  for (const seed of SEEDS) {
    sizes.equalAccuracy.push(await runSizes('equal', seed))
    sizes.samplesAccuracy.push(await runSizes('samples', seed))
  }
  say(`unequal sizes: equal ${sizes.equalAccuracy.join(', ')}; samples ${sizes.samplesAccuracy.join(', ')}`)
  return { ratios: {}, figures: sizes, table }
}

async function run(
  recipe: RecipeInput,
  options: { partition: string; stragglers: typeof STRAGGLER | undefined; seed: number },
): Promise<Outcome> {
  const data = await loadDataset('digits', { seed: options.seed })
  const result = await simulate({ recipe: parseRecipe(recipe), engine: 'virtual', peers: PEERS, data, ...options })
  const { final, peerResults } = result
  const sum = (of: (one: (typeof peerResults)[number]) => number | undefined) =>
    peerResults.reduce((total, one) => total + (of(one) ?? 0), 0)
  return {
    accuracy: 100 * (final.merged?.accuracy ?? Number.NaN),
    seconds: final.time,
    megabytes: final.bytesSent / 1e6,
    made: sum(one => one.exchanges) / sum(one => one.exchangesAsked),
  }
}

function meanOf(outcomes: readonly Outcome[]): Record<keyof Outcome, number> {
  const mean = (of: (one: Outcome) => number) =>
    Number((outcomes.reduce((sum, one) => sum + of(one), 0) / outcomes.length).toFixed(2))
  return {
    accuracy: mean(one => one.accuracy),
    seconds: mean(one => one.seconds),
    megabytes: mean(one => one.megabytes),
    made: mean(one => one.made),
  }
}

/** Accuracy where peers have shares of the data that are as unlike as 100 to 1. */
async function runSizes(weights: 'equal' | 'samples', seed: number): Promise<number> {
  const data = await loadDataset('digits', { seed })
  const recipe = parseRecipe({ averaging: { rule: 'dpsgd', weights } })
  const { final } = await simulate({ recipe, engine: 'virtual', peers: PEERS, data, partition: UNEQUAL, seed })
  return 100 * (final.merged?.accuracy ?? Number.NaN)
}
