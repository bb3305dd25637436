import { describe, expect, test } from 'vitest'
import { agreeingMajority, agrees } from '../../../src/gossip/sync/agreement.ts'
import { createRandom } from '../../../src/random/random.ts'

const TARGET = 1e-3

/** Around a centre far from 0, where all but a bit is agreed on. */
const at = (...offsets: number[]) => Float32Array.from({ length: 64 }, (_, i) => 10 + (offsets[i] ?? 0))

function scattered(count: number, spread: number, seed: number): Float32Array[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => Float32Array.from({ length: 64 }, () => 10 + spread * random.normal()))
}

const majorityOf = (sketches: readonly Float32Array[]) => agreeingMajority(sketches, TARGET)?.toSorted((a, b) => a - b)

describe('peers that are ahead', () => {
  test('agree where there is one', () => {
    expect(majorityOf([at()])).toEqual([0])
  })

  test('agree where there are two, however far apart', () => {
    expect(majorityOf([at(), at(5)])).toEqual([0, 1])
  })

  test('agree within the target of the recipe, whatever their own spread', () => {
    expect(majorityOf([at(0.01), at(0.011), at(0.04), at(0.041)])).toEqual([0, 1, 2, 3])
  })

  test.for([3, 10, 50])('agree where %d differ independently', count => {
    const majority = majorityOf(scattered(count, 0.5, count)) ?? []
    expect(majority.length).toBeGreaterThan(0.9 * count)
  })

  test.for([5, 20, 60])('agree where %d were heard at different moments of a common way', count => {
    const random = createRandom(count)
    expect(majorityOf(Array.from({ length: count }, () => at(5 * random.uniform())))).toBeDefined()
  })

  test.for([
    [2, 1],
    [3, 2],
    [7, 3],
  ])('of which %d are of one mind leave out %d that are of another', ([many, few]) => {
    const camps = [...scattered(many, 0.05, 1), ...scattered(few, 0.05, 2).map(one => one.map(x => x + 1))]
    expect(majorityOf(camps)).toEqual([...Array(many).keys()])
  })

  test.for([2, 3, 10])('do not agree where %d stand against as many', count => {
    const camps = [...scattered(count, 0.05, 1), ...scattered(count, 0.05, 2).map(one => one.map(x => x + 1))]
    expect(majorityOf(camps)).toBeUndefined()
  })
})

describe('a vector', () => {
  test('is what one peer announced when it lies within the target of that', () => {
    expect([agrees(at(0.05), [at()], TARGET), agrees(at(0.1), [at()], TARGET)]).toEqual([true, false])
  })

  test.for([0, 0.3, 1])(
    'is what one peer announced before and after when it lies on its way there, at %d of it',
    part => {
      expect(agrees(at(part), [at(0), at(1)], TARGET)).toBe(true)
    },
  )

  test('is none of these when it lies off the way', () => {
    expect(agrees(at(0.5, 1.5), [at(0), at(1)], TARGET)).toBe(false)
  })
})
