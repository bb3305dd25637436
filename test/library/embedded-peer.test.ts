import { expect, onTestFinished, test } from 'vitest'
import { loadDataset } from '../../src/data/sources.ts'
import { UsageError } from '../../src/errors.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import type { PeerOptions } from '../../src/library/peer.ts'
import { inputsOf } from '../data/inputs-of.ts'

const data = await loadDataset('digits', { seed: 1, samples: 200 })
const quick: PeerOptions = {
  recipe: { model: { name: 'linear' }, training: { steps: 40 } },
  data,
  alone: true,
  backend: 'cpu',
}

test('predict gives the probabilities of classes, without TensorFlow.js at the caller', async () => {
  const peer = await createPeer(quick)
  onTestFinished(() => peer.stop())
  await peer.start()
  await peer.untilConsensus()
  const { accuracy } = await peer.evaluate()
  const rows = await peer.predict(inputsOf(data.test))
  expect(rows).toHaveLength(data.test.labels.length)
  for (const row of rows) {
    expect(row).toHaveLength(10)
    expect(row.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 5)
  }
  const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === data.test.labels[i]).length
  expect(right / rows.length).toBeCloseTo(accuracy, 6)
  await expect(peer.predict(new Float32Array(785))).rejects.toThrow(
    'predict: inputs has 785 numbers; it must be a multiple of 784',
  )
})

test('a peer begins from the parameters that it is given, and stops at the end of its block', async () => {
  const initial = new Float32Array(7_850).fill(0.5)
  let stopped = false
  const peer = await createPeer({ ...quick, initial })
  peer.addEventListener('stopped', () => {
    stopped = true
  })
  expect(peer.parameters()).toEqual(initial)
  // What `await using` does at the end of a block; not written so here, because dependency-cruiser cannot read it yet.
  await peer[Symbol.asyncDispose]()
  expect(stopped).toBe(true)
  const short = createPeer({ ...quick, initial: new Float32Array(3) })
  await expect(short).rejects.toThrow(UsageError)
  await expect(short).rejects.toThrow('initial has 3 numbers; it must have 7850')
})
