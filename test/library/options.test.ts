import { expect, test } from 'vitest'
import { simulate } from '../../simulations/simulate.ts'
import { runSwarm } from '../../simulations/swarm.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { UsageError } from '../../src/errors.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import { exportModel } from '../../src/library/export-model.ts'

/** What a program without types, or with a cast, may write. */
type Loose = (...values: never[]) => Promise<unknown>
const call = (loose: Loose, ...values: unknown[]) => loose(...(values as never[]))

const digits = await loadDataset('digits', { seed: 1, samples: 20 })
const recipe = { model: { name: 'linear' }, training: { steps: 1 } }
const shard = { index: 0, of: 3, partition: 'iid', seed: 1 }
const consensus = {
  recipe: {
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [2], classes: 0 },
    training: { steps: 0 },
  },
  peers: 2,
  seed: 1,
}
const swarm = { recipe, peers: 2, data: digits, partition: 'iid', seed: 1 }

const peer = (options: unknown) => call(createPeer, options)
const simulation = (options: object) => call(simulate, { ...consensus, ...options })

test.each<[expected: string, attempt: () => Promise<unknown>]>([
  ['createPeer: unknown option dta; did you mean data?', () => peer({ dta: digits })],
  ['createPeer: unknown option wait; did you mean waitSeconds?', () => peer({ wait: 3 })],
  ['createPeer: unknown option zzzzzz', () => peer({ zzzzzz: 1 })],
  ['createPeer: unknown option network.lisen; did you mean network.listen?', () => peer({ network: { lisen: [] } })],
  ['createPeer: unknown option shard.off; did you mean shard.of?', () => peer({ shard: { ...shard, off: 3 } })],
  ['createPeer: its argument is null; it must be an object of options', () => peer(null)],
  ['createPeer: steps is NaN; it must be a whole number of at least 0', () => peer({ steps: Number.NaN })],
  ['createPeer: steps is -5; it must be a whole number of at least 0', () => peer({ steps: -5 })],
  ['createPeer: steps is 2.5; it must be a whole number of at least 0', () => peer({ steps: 2.5 })],
  ['createPeer: steps is "9"; it must be a whole number of at least 0', () => peer({ steps: '9' })],
  ['createPeer: consensusDistance is -1; it must be a number above 0', () => peer({ consensusDistance: -1 })],
  ['createPeer: shard.index is 9; of 3 shards it must be 0 to 2', () => peer({ shard: { ...shard, index: 9 } })],
  ['createPeer: shard.partition is missing; it must be a text', () => peer({ shard: { index: 0, of: 2, seed: 1 } })],
  ['createPeer: network.connect.0 is 7; it must be a text', () => peer({ network: { connect: [7] } })],
  ['createPeer: network.bandwidthMbps is 0', () => peer({ network: { bandwidthMbps: 0 } })],
  ['createPeer: data is 5; it must be the name of a source', () => peer({ data: 5 })],
  ['data: found the fields train; expected train and test', () => peer({ data: { train: digits.train } })],
  [
    'data, field train.inputs: expected a Float32Array',
    () => peer({ data: { ...digits, train: { ...digits.train, inputs: [1, 2] } } }),
  ],
  ['createPeer: trainer is of the type Object; it must be a Trainer', () => peer({ trainer: {} })],
  ['simulate: its argument is missing; it must be an object of options', () => call(simulate)],
  ['simulate: peers is missing; it must be a whole number of at least 1', () => simulation({ peers: undefined })],
  ['simulate: peers is 0; it must be a whole number of at least 1', () => simulation({ peers: 0 })],
  ['simulate: unknown option round; did you mean rounds?', () => simulation({ round: 3 })],
  ['simulate: unknown option stragglers.shares; did you mean', () => simulation({ stragglers: { shares: 1 } })],
  ['simulate: rounds is Infinity; it must be a whole number', () => simulation({ rounds: Number.POSITIVE_INFINITY })],
  ['recipe, field averaging.topology', () => simulation({ recipe: { averaging: { topology: 5 } } })],
  [
    'recipe, field training: Unrecognized key: "stps"; did you mean training.steps?',
    () => peer({ recipe: { training: { stps: 1 } } }),
  ],
  ['recipe: Unrecognized key: "modl"; did you mean model?', () => peer({ recipe: { modl: {} } })],
  ['data, field test.labels', () => simulation({ data: { ...digits, test: { ...digits.test, labels: [] } } })],
  ['runSwarm: unknown option partion; did you mean partition?', () => call(runSwarm, { ...swarm, partion: 'iid' })],
  ['runSwarm: data is missing', () => call(runSwarm, { ...swarm, data: undefined })],
  ['runSwarm: gpus is "some"; it must be', () => call(runSwarm, { ...swarm, gpus: 'some' })],
  ['loadDataset: source is missing; it must be a text', () => call(loadDataset)],
  ['loadDataset: its argument is missing', () => call(loadDataset, 'digits')],
  ['loadDataset: seed is missing; it must be a whole number or a text', () => call(loadDataset, 'digits', {})],
  ['loadDataset: unknown option sample; did you mean samples?', () => call(loadDataset, 'digits', { sample: 3 })],
  ['exportModel: its argument is missing', () => call(exportModel)],
  ['exportModel: to is missing; it must be a text', () => call(exportModel, { state: './me' })],
  ['exportModel: unknown option too; did you mean to?', () => call(exportModel, { state: './me', too: 'x' })],
])('%s', async (expected, attempt) => {
  const error = await attempt().then(
    () => undefined,
    (reason: Error) => reason,
  )
  expect(error).toBeInstanceOf(UsageError)
  expect(error?.message).toContain(expected)
})

test('untilConsensus refuses a distance that no swarm can have, and start says that a peer was stopped', async () => {
  const made = await createPeer({ recipe, data: digits, alone: true, backend: 'cpu', network: { mdns: false } })
  await expect(made.untilConsensus({ distance: -1 })).rejects.toThrow('untilConsensus: distance is -1')
  await expect(call(made.untilConsensus, { distnce: 1 })).rejects.toThrow('did you mean distance?')
  await made.stop()
  await expect(made.start()).rejects.toThrow('start: this peer was stopped, and does not start again')
})

test('simulate takes a recipe as it is written, without what has a default', async () => {
  const written = consensus.recipe as { objective: { task: 'consensus' } }
  const { recipe } = await simulate({ ...consensus, recipe: written, engine: 'matrix', rounds: 1 })
  expect(recipe.averaging.aggregator).toBe('mean')
})
