import { expect, test } from 'vitest'
import { stepsForData, stepsForEpochs } from '../../src/recipe/steps-for-data.ts'

test.each([
  ['of a few rows 300 steps, in which a peer can exchange', { samples: 175, sequences: false }, 32, 300],
  ['twenty passes over what is neither few nor many', { samples: 5_000, sequences: false }, 32, 3_125],
  ['of many rows fewer passes', { samples: 48_000, sequences: false }, 32, 20_000],
  ['of very many rows one pass', { samples: 800_000, sequences: false }, 32, 25_000],
  ['of more than that a part', { samples: 20_000_000, sequences: false }, 32, 100_000],
  ['of a short text 300 steps too', { samples: 50, sequences: true }, 8, 300],
  ['three passes over a text of a megabyte', { samples: 15_500, sequences: true }, 8, 5_813],
  ['one pass over a long one', { samples: 400_000, sequences: true }, 8, 50_000],
])('who does not say how long to train has %s', (_what, data, batch, steps) => {
  expect(stepsForData(data, batch)).toBe(steps)
})

test.each([
  ['whole passes', 10, 320, 32, 100],
  ['a last batch that the next pass fills', 3, 100, 32, 10],
  ['a part of a pass', 0.5, 100, 10, 5],
  ['a shard that is smaller than a batch, of which each step is a pass', 10, 30, 32, 10],
  ['less than a batch', 0.001, 100, 10, 1],
  ['a number that rounding makes a little larger', 1.1, 100, 10, 11],
])('passes are counted in steps: %s', (_what, epochs, samples, batch, steps) => {
  expect(stepsForEpochs(epochs, samples, batch)).toBe(steps)
})
