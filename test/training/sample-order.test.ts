import { expect, test } from 'vitest'
import { TrainerStateError } from '../../src/training/errors.ts'
import { createSampleOrder, type SampleOrder } from '../../src/training/sample-order.ts'

function draw(order: SampleOrder, batches: number): number[] {
  return Array.from({ length: batches }, () => [...order.next()]).flat()
}

const sorted = (items: number[]) => [...items].sort((a, b) => a - b)

test('each epoch draws every sample once, in an order of its own, across batches that wrap', () => {
  const drawn = draw(createSampleOrder(10, 4, 1), 5)
  const everySample = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
  expect(sorted(drawn.slice(0, 10))).toEqual(everySample)
  expect(sorted(drawn.slice(10))).toEqual(everySample)
  expect(drawn.slice(0, 10)).not.toEqual(drawn.slice(10))
})

test('a shard smaller than the batch is one batch with every sample once', () => {
  const order = createSampleOrder(3, 32, 1)
  expect(sorted(draw(order, 1))).toEqual([0, 1, 2])
  expect(sorted(draw(order, 1))).toEqual([0, 1, 2])
})

test('the seed decides the order', () => {
  expect(draw(createSampleOrder(50, 10, 1), 5)).toEqual(draw(createSampleOrder(50, 10, 1), 5))
  expect(draw(createSampleOrder(50, 10, 1), 5)).not.toEqual(draw(createSampleOrder(50, 10, 2), 5))
})

test.each([0, 1, 2, 3, 4, 5, 6, 7])('after %d batches the order goes on from its state', batches => {
  const order = createSampleOrder(10, 5, 1)
  draw(order, batches)
  const resumed = createSampleOrder(10, 5, 'another seed')
  resumed.restore(order.state())
  expect(draw(resumed, 7)).toEqual(draw(order, 7))
})

test('with a shard of another size a new epoch begins', () => {
  const order = createSampleOrder(10, 3, 1)
  draw(order, 2)
  const grown = createSampleOrder(12, 3, 1)
  grown.restore(order.state())
  expect(sorted(draw(grown, 4))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})

test.each([
  ['nothing', {}],
  ['too short a random state', { epochStart: '1 2', position: '0', samples: '10' }],
  ['words for numbers', { epochStart: 'a b c d', position: '0', samples: '10' }],
  ['a position past the end', { epochStart: '1 2 3 4', position: '11', samples: '10' }],
  ['a negative position', { epochStart: '1 2 3 4', position: '-1', samples: '10' }],
])('a state of %s is refused', (_what, state) => {
  expect(() => createSampleOrder(10, 3, 1).restore(state)).toThrow(TrainerStateError)
})
