import { expect, test } from 'vitest'
import { createFastMean } from '../../simulations/matrix/fast-mean.ts'
import { createMeanOver, shareOf } from '../../simulations/matrix/mean-over.ts'
import { mixingKernels } from '../../simulations/matrix/mixing-kernels.ts'
import { createHeap, createSharedMemory } from '../../simulations/matrix/shared-heap.ts'
import { mean } from '../../src/averaging/aggregators/mean.ts'
import { norm, preciseMeanOf, squaredDistance } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'

/** Around the number of elements that a kernel takes at once, and beyond a block of sums. */
const LENGTHS = [1, 3, 4, 7, 8, 9, 2_051]

function setUp(length: number, count: number) {
  const memory = createSharedMemory()
  const heap = createHeap(memory)
  const random = createRandom(length)
  const vectors = Array.from({ length: count }, () => heap.floats(length).map(() => random.normal()))
  // Memory behind a vector is somebody else's.
  const placed = vectors.map(vector => {
    const room = heap.floats(length + 1).fill(Number.NaN)
    room.set(vector)
    return room.subarray(0, length)
  })
  return { heap, kernels: mixingKernels(memory), vectors: placed }
}

test.each(LENGTHS)('the fast mean is the mean, to the bit, for %d elements', length => {
  const { heap, kernels, vectors } = setUp(length, 41)
  const neighbours = vectors.slice(1).map((vector, k) => ({ vector, weight: 1 / (50 + k) }))
  const expected = new Float32Array(length)
  mean.aggregate(vectors[0], neighbours, expected)
  createFastMean(kernels, heap).aggregate(vectors[0], neighbours, vectors[0])
  expect(vectors[0]).toEqual(expected)
})

test.each(LENGTHS)('a mean over peers is the same however coordinates are shared out, for %d of them', length => {
  const { heap, kernels, vectors } = setUp(length, 5)
  const meanOver = createMeanOver(kernels, heap)
  const threads = 3
  const out = new Float64Array(length)
  for (let thread = 0; thread < threads; thread++) {
    meanOver(vectors.length, k => vectors[k].byteOffset, shareOf(thread, threads, length), out)
  }
  expect(out).toEqual(preciseMeanOf(vectors))
})

test.each(LENGTHS)('distances and norms of %d elements are those of float64', length => {
  const { heap, kernels, vectors } = setUp(length, 2)
  const [x, y] = vectors
  const centre = heap.doubles(length)
  centre.set(y)
  const [distance, squared] = [squaredDistance(x, y), norm(x) ** 2]
  expect(kernels.squaredDistance(x.byteOffset, centre.byteOffset, length) / distance).toBeCloseTo(1, 12)
  expect(kernels.squaredNorm(x.byteOffset, length) / squared).toBeCloseTo(1, 12)
  x[length - 1] = Number.NaN
  expect(kernels.squaredNorm(x.byteOffset, length)).toBeNaN()
})
