import { join } from 'node:path'
import { loadDataset, parseRecipe, type RecipeInput, type RunResult, type Split, simulate } from '../src/index.ts'
import { fitRecipe } from '../src/public/models.ts'
import { runSwarm } from '../src/public/simulate.ts'
import type { Benchmark } from './benchmark.ts'

const DATA = process.env.HEARSAY_DATA ?? join(import.meta.dirname, '../../shared/data')
const MNIST = join(DATA, 'mnist-10k')
const SPAMBASE = join(DATA, 'spambase/spambase.csv')
const SHAKESPEARE = join(DATA, 'tinyshakespeare/input.txt')

/** The split that Spambase's figure is quoted for. */
const SPAMBASE_SEED = 42

/**
 * The accuracy of swarms on real data: each run's seed is fixed, its figure is that of the merged model on samples that
 * nobody trained on. The three classifiers run on the virtual engine, the language model as real peers on every core.
 */
export const learning: Benchmark = async say => {
  const figures: Record<string, number[]> = {}
  const keep = (name: string, key: string, value: number) => {
    figures[`${name}${key}`] = [value]
  }
  for (const [name, run] of RUNS) {
    say(`${name} …`)
    const began = performance.now()
    const { final, sample } = await run()
    if (final.merged?.accuracy == null) throw new Error(`${name} ended without a merged model`)
    keep(name, 'Accuracy', final.merged.accuracy)
    keep(name, 'Loss', final.merged.loss)
    keep(name, 'LearningSeconds', final.time)
    keep(name, 'WallSeconds', (performance.now() - began) / 1_000)
    say(`${name}: accuracy ${final.merged.accuracy.toFixed(4)}, loss ${final.merged.loss.toFixed(4)}`)
    if (sample !== undefined) say(sample)
  }
  return { ratios: {}, figures }
}

type Run = () => Promise<RunResult>

const RUNS: readonly (readonly [string, Run])[] = [
  ['mnistMlp', () => virtual(`idx:${MNIST}`, { model: { name: 'mlp:128' } })],
  ['mnistCnn', () => virtual(`idx:${MNIST}`, { model: { name: 'cnn' } })],
  ['mnistGossip16', () => rounds(16, 1_000, 'adpsgd')],
  ['mnistOnePeer', () => rounds(1, 16_000, 'none')],
  ['spambaseLinear', () => virtual(`csv:${SPAMBASE}?header=no`, { model: { name: 'linear' } }, SPAMBASE_SEED)],
  ['shakespeare', shakespeare],
]

/** Eight peers with equal shares, on the virtual engine. */
async function virtual(source: string, recipe: RecipeInput, seed = 1): Promise<RunResult> {
  const data = await loadDataset(source, { seed })
  return simulate({ recipe: fitted(recipe, data), data, peers: 8, partition: 'iid', seed })
}

/** `mlp:64` on the matrix engine: gossiping peers with equal shares, or one with all data and as many samples. */
async function rounds(peers: number, steps: number, rule: string): Promise<RunResult> {
  const data = await loadDataset(`idx:${MNIST}`, { seed: 1 })
  const recipe = fitted({ model: { name: 'mlp:64' }, training: { steps }, averaging: { rule } }, data)
  return simulate({ recipe, data, peers, partition: 'iid', seed: 1, engine: 'matrix', evaluateEvery: steps })
}

/** Twice as many as `swarm` makes: they are done within ten minutes on two cores. */
const LANGUAGE_STEPS = 2_000

/** Four real peers: a thread each, on as many cores as there are. */
async function shakespeare(): Promise<RunResult> {
  const data = await loadDataset(`text:${SHAKESPEARE}`, { seed: 1 })
  const recipe = fitted({ training: { steps: LANGUAGE_STEPS } }, data)
  return runSwarm({ recipe, data, peers: 4, partition: 'iid', seed: 1, backend: 'wasm' })
}

/** Averaged as recipes are that say nothing of it: figures are compared with those of other years. */
function fitted(recipe: RecipeInput, data: Split) {
  return parseRecipe(fitRecipe(recipe, data, LANGUAGE_STEPS))
}
