import { afterEach, expect, test } from 'vitest'
import { createTrainer } from '../../../src/training/create-trainer.ts'
import type { Trainer } from '../../../src/training/trainer.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { blobOptions } from '../blobs.ts'

const folder = temporaryFolder()
const running: Trainer[] = []

afterEach(async () => {
  for (const made of running.splice(0)) await made.stop()
})

/** Networks with dropout, over samples seen as three steps of two features. */
const NETWORKS = {
  'a dropout layer': `dropout({ rate: 0.5, name: 'drop' })`,
  'a dropout layer in a nested model': `nested(layers.dropout({ rate: 0.5, inputShape: [3, 2] }))`,
  'spatial dropout': `spatialDropout1d({ rate: 0.5 })`,
  'dropout at each time step': `timeDistributed({ layer: layers.dropout({ rate: 0.5 }) })`,
  'a SimpleRNN that drops inputs': `simpleRNN({ ...recurrent, dropout: 0.5 })`,
  'a GRU that drops its state': `gru({ ...recurrent, recurrentDropout: 0.5 })`,
  'an LSTM that drops both': `lstm({ ...recurrent, dropout: 0.5, recurrentDropout: 0.5 })`,
  'LSTM cells above each other': `rnn({ cell: layers.stackedRNNCells({ cells: [
    layers.lstmCell({ ...recurrent }), layers.lstmCell({ ...recurrent, dropout: 0.5 }) ] }), returnSequences: true })`,
  'an LSTM in both directions': `bidirectional({ layer: layers.lstm({ ...recurrent, dropout: 0.5 }), mergeMode: 'concat' })`,
}

function write(index: number, layer: string): string {
  return folder.write(
    `network${index}.mjs`,
    `export default ({ layers: { layers, sequential, initializers }, classes }) => {
      const kernelInitializer = initializers.glorotUniform({ seed: 1 })
      const recurrentInitializer = initializers.glorotUniform({ seed: 2 })
      const recurrent = { units: 4, kernelInitializer, recurrentInitializer, returnSequences: true }
      const nested = inner => sequential({ layers: [inner] })
      return sequential({ layers: [
        layers.reshape({ targetShape: [3, 2], inputShape: [6] }),
        ${layer.startsWith('nested') ? layer : `layers.${layer}`},
        layers.flatten(),
        layers.dense({ name: 'logits', units: classes, kernelInitializer }),
      ] })
    }`,
  )
}

const modules = new Map(Object.entries(NETWORKS).map(([name, layer], i) => [name, `module:${write(i, layer)}`]))

/** With a learning rate of next to nothing, and all samples in each batch, only dropout makes losses differ. */
async function losses(model: string, shardSeed: number): Promise<readonly number[]> {
  const optimizer = { name: 'sgd', learningRate: 1e-12, momentum: 0 } as const
  const made = await createTrainer({ ...blobOptions, model, batch: 100, optimizer, shardSeed })
  running.push(made)
  const start = await made.initial()
  return [(await made.train(start, 1)).loss, (await made.train(start, 1)).loss]
}

test.each([...modules])(
  '%s drops the same in two trainers, and other units in each step and for each peer',
  async (_name, model) => {
    const [first, second] = await losses(model, 1)
    const again = await losses(model, 1)
    expect(again[0]).toBeCloseTo(first, 5)
    expect(again[1]).toBeCloseTo(second, 5)
    expect(second).not.toBeCloseTo(first, 5)
    expect((await losses(model, 2))[0]).not.toBeCloseTo(first, 5)
  },
)
