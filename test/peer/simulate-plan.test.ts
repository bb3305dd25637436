import { describe, expect, test } from 'vitest'
import { execute } from '../../peer/commands/simulate/execute.ts'
import { planSimulation } from '../../peer/commands/simulate/plan.ts'
import { pointFlagNames, readPoint, typedPoint } from '../../peer/commands/simulate/point-flags.ts'
import { UsageError } from '../../src/index.ts'
import type { PointFlags } from '../../src/public/simulate.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs } from './command-line.ts'

const folder = temporaryFolder()
const csv = folder.write('blobs.csv', blobs())
const text = folder.write('notes.txt', 'just text')
const trace = folder.write('churn.csv', '2,1,down\n4,1,up\n')

const warn = () => {}

/** The plan for these flags. */
async function plan(flags: PointFlags) {
  const read = readPoint(flags)
  return await planSimulation(read.file, read.flags, { warn })
}

const averaging = { engine: 'matrix', task: 'consensus', peers: 12, rounds: 2, dimension: 4 }
const learning = { peers: 4, data: `csv:${csv}`, model: 'linear' }

describe('flags that would be ignored, and settings that cannot be, are refused before anything runs', () => {
  test.each<[what: string, flags: PointFlags, words: RegExp]>([
    [
      'averaging by real peers',
      { ...averaging, engine: 'libp2p' },
      /--task consensus runs on --engine virtual or matrix; --engine libp2p has classify, regress or language/,
    ],
    [
      'a problem for virtual peers',
      { peers: 4, task: 'quadratic' },
      /--task quadratic runs on --engine matrix; --engine virtual has classify, regress, language or consensus/,
    ],
    [
      'threads of a virtual run',
      { ...learning, workers: 2 },
      /--workers is for --engine matrix; this is --engine virtual/,
    ],
    [
      'byzantine peers among virtual peers',
      { ...learning, byzantine: 0.2, attack: 'nan' },
      /--byzantine is for --engine matrix/,
    ],
    ['an attack without attackers', { ...averaging, attack: 'nan' }, /--byzantine F and --attack NAME go together/],
    ['batches of full gradients', { peers: 4, engine: 'matrix', task: 'quadratic', batch: 3 }, /--batch is for --task/],
    ['disagreement of models', { ...learning, heterogeneity: 1 }, /--heterogeneity is for --task quadratic/],
    [
      'a split in rounds',
      { ...averaging, split: '5-20:0.3' },
      /--split is for --engine virtual; this is --engine matrix/,
    ],
    ['momentum of adam', { ...learning, optimizer: 'adam', momentum: 0.5 }, /--momentum is for --optimizer sgd/],
    [
      'momentum of a language model',
      { ...learning, data: `text:${text}`, momentum: 0.5 },
      /--momentum is for --optimizer sgd/,
    ],
    ['squared gradients of sgd', { ...learning, beta2: 0.9 }, /--beta2 is for --optimizer adam or adamw/],
    [
      'what a constant rate leaves',
      { ...learning, 'final-share': 0.2 },
      /--final-share is for --schedule cosine or linear/,
    ],
    [
      'waiting for members in rounds',
      { ...learning, engine: 'matrix', 'min-peers': 3 },
      /--min-peers is for --engine virtual or libp2p; this is --engine matrix/,
    ],
    [
      'patience with those who train nothing',
      { peers: 4, task: 'consensus', patience: 3 },
      /--patience is for --task classify, regress or language/,
    ],
    [
      'agreement after so many rounds',
      { ...averaging, 'consensus-distance': 0.1 },
      /--consensus-distance ends a run of --engine matrix only where nobody trains and no --rounds/,
    ],
    [
      'agreement while training',
      { ...learning, engine: 'matrix', 'consensus-distance': 0.1 },
      /--consensus-distance ends a run of --engine matrix only/,
    ],
    [
      'more rounds than can be counted',
      { ...learning, rounds: Number.MAX_SAFE_INTEGER, 'local-steps': 2 },
      /--rounds 9007199254740991 of 2 local steps .* expected at most --rounds 4503599627370495/,
    ],
    ['stragglers that are faster', { ...averaging, stragglers: '0.2:0.5' }, /expected SHARE:TRAINING .*such as 0\.2:5/],
    ['a split without an end', { ...learning, split: '5:0.3' }, /expected FROM-UNTIL:SHARE, such as 5-20:0\.3/],
    ['no peers', { task: 'consensus' }, /--peers N is missing/],
    [
      'churn that is not there',
      { ...averaging, churn: 'nowhere' },
      /nowhere: there is no such file; expected a probab/,
    ],
    ['churn that is none', { ...averaging, churn: text }, /notes\.txt, line 1: .*expected time,peer,up/],
    [
      'edges that are not there',
      { ...averaging, topology: 'file:nowhere' },
      /nowhere: there is no such file; expected e/,
    ],
    [
      'an unknown aggregator',
      { ...averaging, aggregator: 'mode' },
      /unknown aggregator "mode"; accepted are mean, median/,
    ],
    ['an unknown compression', { ...averaging, compression: 'zip' }, /"zip"; accepted are none, fp16/],
    ['an unknown attack', { ...averaging, byzantine: 0.5, attack: 'flattery' }, /unknown attack "flattery"; accepted/],
    ['a graph of another size', { ...averaging, topology: 'hypercube' }, /hypercube needs a power of two .* 8 and 16/],
    [
      'd2 over directed links',
      { ...averaging, rule: 'd2', topology: 'exponential' },
      /nearest that works is random-reg/,
    ],
    [
      'more to trim than there is',
      { ...averaging, rule: 'dpsgd', topology: 'ring', aggregator: 'trimmed-mean:3' },
      /trimmed-mean:3 needs at least 6 neighbours.*nearest that works is trimmed-mean:1/,
    ],
    [
      'more peers than samples',
      { ...learning, engine: 'matrix', peers: 201 },
      /each peer needs one; take at most 1\d\d /,
    ],
    [
      'a task of averaging, with data',
      { ...averaging, data: 'digits' },
      /--data is for --task classify, regress or language/,
    ],
  ])('%s', async (_what, flags, words) => {
    const refusal = await plan(flags)
      .then(planned => execute(planned, {}))
      .then(
        () => new Error('it ran'),
        error => error,
      )
    expect(refusal.message).toMatch(words)
    // One of the two kinds that end with exit code 2.
    expect(refusal instanceof UsageError || refusal.name === 'WrongUsage').toBe(true)
    expect(refusal.message).not.toContain('\n')
  })
})

test('flags reach the engine', async () => {
  const flags = {
    ...averaging,
    rule: 'choco',
    compression: 'topk:0.1',
    topology: 'torus',
    loss: 0.1,
    delay: 'lognormal:40,0.5',
    bandwidth: 10,
    'link-bandwidth': 2,
    churn: trace,
    stragglers: '0.25:3,2',
    byzantine: 0.25,
    attack: 'alie',
    workers: 3,
    'evaluate-every': 2,
    seed: 9,
  }
  expect(await plan(flags)).toMatchObject({
    engine: 'matrix',
    peers: 12,
    rounds: 2,
    seed: 9,
    loss: 0.1,
    delay: 'lognormal:40,0.5',
    bandwidth: { host: 10, link: 2 },
    churn: [
      { time: 2, peer: 1, up: false },
      { time: 4, peer: 1, up: true },
    ],
    stragglers: { share: 0.25, training: 3, links: 2 },
    byzantine: { share: 0.25, attack: 'alie' },
    workers: 3,
    evaluateEvery: 2,
    recipe: {
      averaging: { rule: 'choco', topology: 'torus' },
      exchange: { compression: 'topk:0.1' },
      model: { name: 'vector', shape: [4] },
    },
  })
})

test('a network that falls apart more than once reaches the virtual engine', async () => {
  const read = readPoint({ ...learning, split: '5-20:0.3' })
  const { splits } = await planSimulation(read.file, read.flags, { warn })
  expect(splits).toEqual([{ at: 5, until: 20, share: 0.3 }])
})

test('rounds are counted in local steps, of problems one and of models the recipe’s', async () => {
  const problem = await plan({ peers: 4, engine: 'matrix', task: 'quadratic', rounds: 30, heterogeneity: 0.5 })
  expect(problem.recipe).toMatchObject({
    objective: { task: 'quadratic', heterogeneity: 0.5 },
    training: { steps: 30, momentum: 0 },
    exchange: { localSteps: 1 },
  })
  const model = await plan({ ...learning, rounds: 3, 'local-steps': 4 })
  expect(model.recipe.training.steps).toBe(12)
})

test('the content of a file of edges is read', async () => {
  const edges = folder.write('edges.txt', '0 1\n1 2\n')
  expect(await plan({ ...averaging, peers: 3, topology: `file:${edges}` })).toMatchObject({ edges: '0 1\n1 2\n' })
})

test('what is typed for one point runs the same point', async () => {
  const recipe = folder.write('recipe.json', JSON.stringify({ training: { steps: 7 } }))
  const flags = { recipe, peers: 5, strict: true, 'learning-rate': 0.5, seed: 3 }
  expect(typedPoint(flags)).toEqual([
    'simulate',
    recipe,
    '--peers',
    '5',
    '--strict',
    '--learning-rate',
    '0.5',
    '--seed',
    '3',
  ])
  expect(readPoint(flags)).toMatchObject({
    file: recipe,
    flags: { peers: 5, strict: true, learningRate: 0.5, seed: 3 },
  })
})

test('a sweep may set what a run may be told, and nothing that is for all of them', () => {
  const names = pointFlagNames()
  for (const name of ['peers', 'topology', 'local-steps', 'steps-per-exchange', 'recipe', 'link-bandwidth', 'attack'])
    expect(names).toContain(name)
  for (const name of ['out', 'report', 'sweep', 'json', 'help']) expect(names).not.toContain(name)
})
