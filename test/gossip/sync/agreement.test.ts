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

  test.for([
    [3, 1],
    [3, 2],
    [6, 5],
  ])('of which %d agree are not moved by %d that say anything at all', ([honest, liars]) => {
    const near = scattered(honest, 0.05, 3)
    // One as far away as numbers go, and one where it could hide if that one widened what counts as near.
    const far = Array.from({ length: liars }, (_, i) => near[0].map(x => x + (i % 2 === 0 ? 1e30 : 3)))
    expect(majorityOf([...near, ...far])).toEqual([...near.keys()])
  })

  test.for([2, 3, 10])('do not agree where %d stand against as many', count => {
    const camps = [...scattered(count, 0.05, 1), ...scattered(count, 0.05, 2).map(one => one.map(x => x + 1))]
    expect(majorityOf(camps)).toBeUndefined()
  })
})

describe('a vector', () => {
  test('is what one peer announced when it lies within the target of that', () => {
    expect([agrees(at(0.05), [[at()]], TARGET), agrees(at(0.1), [[at()]], TARGET)]).toEqual([true, false])
  })

  test.for([0, 0.3, 1])(
    'is what one peer announced before and after when it lies on its way there, at %d of it',
    part => {
      expect(agrees(at(part), [[at(0), at(1)]], TARGET)).toBe(true)
    },
  )

  test('is none of these when it lies off the way', () => {
    expect(agrees(at(0.5, 1.5), [[at(0), at(1)]], TARGET)).toBe(false)
  })

  test('is what most announced, however far away a minority says that it is', () => {
    const ways = [...scattered(3, 0.05, 4), at(1e30), at(-1e30)].map(one => [one])
    expect(agrees(scattered(1, 0.05, 5)[0], ways, TARGET)).toBe(true)
    expect(agrees(at(3), ways, TARGET)).toBe(false)
  })

  test('is not what one alone says that it has gone through', () => {
    const ways = [[at(0), at(1e6)], [at(0)], [at(0)]]
    expect(agrees(at(5e5), ways, TARGET)).toBe(false)
  })
})
