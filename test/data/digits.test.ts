import { describe, expect, test } from 'vitest'
import { drawDigits } from '../../src/data/digits.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { createRandom } from '../../src/random/random.ts'
import { inputsOf } from './inputs-of.ts'
import { accuracyOfPerceptron } from './perceptron.ts'

test('the default is 5,000 digits to train on and 1,000 to test on, as balanced as can be', async () => {
  const { train, test } = await loadDataset('digits', { seed: 1 })
  for (const [dataset, each] of [
    [train, 500],
    [test, 100],
  ] as const) {
    expect(dataset.shape).toEqual([28, 28, 1])
    expect(inputsOf(dataset)).toHaveLength(each * 10 * 784)
    const counts = new Array(10).fill(0)
    for (const label of dataset.labels) counts[label]++
    expect(counts).toEqual(new Array(10).fill(each))
  }
})

test('pixels are in [0, 1], and every digit has both ink and paper', () => {
  const inputs = inputsOf(drawDigits(200, createRandom(5)))
  for (let sample = 0; sample < 200; sample++) {
    const pixels = inputs.subarray(sample * 784, (sample + 1) * 784)
    expect(pixels.every(value => value >= 0 && value <= 1)).toBe(true)
    const ink = pixels.filter(value => value > 0.5).length
    expect(ink).toBeGreaterThan(20)
    expect(ink).toBeLessThan(250)
  }
})

test('one seed gives the same bytes each time, another seed gives others', async () => {
  const once = await loadDataset('digits', { seed: 'a', samples: 50 })
  expect(await loadDataset('digits', { seed: 'a', samples: 50 })).toEqual(once)
  const other = await loadDataset('digits', { seed: 'b', samples: 50 })
  expect(inputsOf(other.train)).not.toEqual(inputsOf(once.train))
  expect(inputsOf(other.test)).not.toEqual(inputsOf(once.test))
})

test('training and test samples are different ones', async () => {
  const { train, test } = await loadDataset('digits', { seed: 1, samples: 1_000 })
  expect(inputsOf(test)).not.toEqual(inputsOf(train))
})

test('more training samples begin with the fewer ones, and leave the test samples as they are', async () => {
  const few = await loadDataset('digits', { seed: 1, samples: 15 })
  const more = await loadDataset('digits', { seed: 1, samples: 40 })
  expect(inputsOf(more.train).subarray(0, 15 * 784)).toEqual(inputsOf(few.train))
  expect(more.train.labels.subarray(0, 15)).toEqual(few.train.labels)
  expect(more.test).toEqual(few.test)
})

describe('difficulty', async () => {
  const { train, test: held } = await loadDataset('digits', { seed: 1 })

  test('a linear model does not solve the digits', () => {
    const accuracy = accuracyOfPerceptron(train, held, {
      hidden: 0,
      epochs: 8,
      learningRate: 2e-3,
      random: createRandom(7),
    })
    expect(accuracy).toBeGreaterThan(0.7)
    expect(accuracy).toBeLessThan(0.92)
  })

  test('64 hidden units do', () => {
    const accuracy = accuracyOfPerceptron(train, held, {
      hidden: 64,
      epochs: 4,
      learningRate: 3e-3,
      random: createRandom(7),
    })
    expect(accuracy).toBeGreaterThanOrEqual(0.95)
  })
})
