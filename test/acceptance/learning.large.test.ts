import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadDataset, parseRecipe, type RecipeInput, simulate } from '../../src/index.ts'
import { missingData, realData } from '../data/real-data.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** Short runs of what `npm run bench -- learning` runs at length. Each is a simulation, so its figures are always the same. */
async function learn(source: string, recipe: RecipeInput, peers: number, seed = 1) {
  const data = await loadDataset(source, { seed })
  const { shape, classes, classNames } = data.train
  const names = classNames === undefined ? {} : { classNames: [...classNames] }
  const model = { ...recipe.model, shape: [...shape], classes, ...names }
  const run = { recipe: parseRecipe({ ...recipe, model }), data, peers, partition: 'iid', seed, evaluateEvery: 1_000 }
  const { final, rounds, sample, sealed } = await simulate(run)
  if (final.merged === null || rounds[0].merged === null) throw new Error('the run was not judged')
  expect(sealed).toBe(true)
  return { first: rounds[0].merged, last: final.merged, sample }
}

const NETWORKS = [
  { who: 'eight peers', peers: 8, what: 'a perceptron', name: 'mlp:64', steps: 150, accuracy: 0.92 },
  { who: 'four peers', peers: 4, what: 'a convolutional network', name: 'cnn', steps: 80, accuracy: 0.94 },
]
for (const { who, peers, what, name, steps, accuracy } of NETWORKS) {
  test(`${who} learn MNIST with ${what}`, async context => {
    const folder = realData('mnist-10k')
    if (folder === undefined) return context.skip(missingData('mnist-10k'))
    const { last } = await learn(`idx:${folder}`, { model: { name }, training: { steps } }, peers)
    expect(last.accuracy).toBeGreaterThan(accuracy)
  }, 60_000)
}

test('sixteen gossiping peers learn what one with all their data learns from as many samples', async context => {
  const folder = realData('mnist-10k')
  if (folder === undefined) return context.skip(missingData('mnist-10k'))
  const data = await loadDataset(`idx:${folder}`, { seed: 1 })
  const { shape, classes } = data.train
  const mergedOf = async (peers: number, steps: number, rule: string) => {
    const recipe = parseRecipe({
      model: { name: 'mlp:64', shape: [...shape], classes },
      training: { steps },
      averaging: { rule },
    })
    const run = { recipe, data, peers, partition: 'iid', seed: 1, engine: 'matrix', evaluateEvery: steps } as const
    return (await simulate(run)).final.merged?.accuracy ?? Number.NaN
  }
  const [swarm, alone] = [await mergedOf(16, 1_000, 'adpsgd'), await mergedOf(1, 16 * 1_000, 'none')]
  expect(swarm).toBeGreaterThan(0.94)
  // The runs of `npm run bench -- learning`: 94.6 and 95.9 % of 2,000 samples, each known to within half a point.
  expect(Math.abs(alone - swarm)).toBeLessThan(0.02)
}, 60_000)

test('eight peers tell spam from what is none, with statistics that all of them share', async context => {
  const file = realData('spambase/spambase.csv')
  if (file === undefined) return context.skip(missingData('spambase/spambase.csv'))
  const recipe = { model: { name: 'linear' }, data: { standardise: true }, training: { steps: 200 } }
  const { last } = await learn(`csv:${file}?header=no`, recipe, 8, 42)
  expect(last.accuracy).toBeGreaterThan(0.9)
}, 60_000)

test('four peers begin to write as Shakespeare does', async context => {
  const file = realData('tinyshakespeare/input.txt')
  if (file === undefined) return context.skip(missingData('tinyshakespeare/input.txt'))
  // A part of it: of the whole, judging takes longer than so little training.
  const part = temporaryFolder().write('part.txt', readFileSync(file, 'utf8').slice(0, 150_000))
  const { first, last, sample } = await learn(
    `text:${part}`,
    {
      objective: { task: 'language' },
      model: { name: 'language:1,2,32' },
      training: { optimizer: 'adamw', learningRate: 0.01, clipNorm: 1, batch: 8, steps: 80 },
    },
    4,
  )
  // Guessing among some 60 characters costs four nats; knowing how often each comes, more than three.
  expect(first.loss).toBeGreaterThan(3.9)
  expect(last.loss).toBeLessThan(2.8)
  // Words of letters, and not too long.
  expect(sample).toMatch(/[a-z]{2,} [a-z]{2,}/)
}, 60_000)
