import { describe, expect, test } from 'vitest'
import { drawMean, meanEstimation } from '../../simulations/tasks/mean-estimation.ts'
import { createProblemLearner } from '../../simulations/tasks/problem-learner.ts'
import { drawQuadratics, quadratic } from '../../simulations/tasks/quadratic.ts'
import { norm, preciseMeanOf } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'

describe('quadratic problems', () => {
  const [peers, dimension] = [5, 8]
  const random = createRandom(1)
  const gradientsAt = (x: Float64Array, heterogeneity: number) => {
    const problem = quadratic(drawQuadratics(peers, dimension, heterogeneity, random))
    return Array.from({ length: peers }, (_, peer) => {
      const gradient = new Float64Array(dimension)
      problem.gradient(peer, x, random, gradient)
      return gradient
    })
  }

  test.each([0, 0.1, 10])(
    'have the heterogeneity that was asked for at the optimum, where the mean gradient is 0: %d',
    heterogeneity => {
      const { optimum } = drawQuadratics(peers, dimension, heterogeneity, random)
      const gradients = gradientsAt(optimum, heterogeneity)
      expect(gradients.reduce((sum, gradient) => sum + norm(gradient) ** 2, 0) / peers).toBeCloseTo(heterogeneity, 10)
      expect(norm(preciseMeanOf(gradients))).toBeLessThan(1e-12)
    },
  )

  test('lose nothing at the optimum, which is 1 away from where peers start', () => {
    const quadratics = drawQuadratics(peers, dimension, 0.1, random)
    expect(quadratic(quadratics).loss(quadratics.optimum)).toBe(0)
    expect(norm(quadratics.optimum)).toBeCloseTo(1, 12)
  })

  test('have gradients whose mean is that of the loss', () => {
    const problem = quadratic(drawQuadratics(peers, dimension, 0.1, random))
    const x = Float64Array.from({ length: dimension }, (_, p) => Math.sin(p))
    const mean = preciseMeanOf(gradientsAt(x, 0.1))
    const step = 1e-5
    for (let p = 0; p < dimension; p++) {
      const [up, down] = [x.slice(), x.slice()]
      up[p] += step
      down[p] -= step
      expect((problem.loss(up) - problem.loss(down)) / (2 * step)).toBeCloseTo(mean[p], 8)
    }
  })

  test('bend between ¼ and 1, whichever way', () => {
    const { hessians } = drawQuadratics(1, dimension, 0, random)
    const trace = Array.from({ length: dimension }, (_, p) => hessians[p * dimension + p]).reduce((a, b) => a + b)
    const expected = Array.from({ length: dimension }, (_, p) => (0.5 + (0.5 * p) / (dimension - 1)) ** 2)
    expect(trace).toBeCloseTo(
      expected.reduce((a, b) => a + b),
      10,
    )
    expect(norm(hessians) ** 2).toBeCloseTo(
      expected.reduce((sum, value) => sum + value ** 2, 0),
      10,
    )
  })

  test('of one peer have no heterogeneity', () => {
    const { centres, optimum } = drawQuadratics(1, dimension, 10, random)
    expect([...centres]).toEqual([...optimum])
  })
})

describe('mean estimation', () => {
  const dimension = 2_000
  const mean = drawMean(dimension, createRandom(1))

  test('has gradients that are right on average, with the variance of a batch', () => {
    const gradient = new Float64Array(dimension)
    meanEstimation(mean, 4).gradient(0, new Float64Array(dimension), createRandom(2), gradient)
    const noise = gradient.map((value, p) => value + mean[p])
    expect(Math.abs(noise.reduce((sum, value) => sum + value, 0) / dimension)).toBeLessThan(0.05)
    expect(norm(noise) ** 2 / dimension).toBeCloseTo(1 / 4, 1)
  })

  test('is told by the error of a coordinate', () => {
    const problem = meanEstimation(mean, 1)
    expect(problem.loss(mean)).toBe(0)
    expect(problem.loss(mean.map(value => value + 3))).toBeCloseTo(9, 10)
  })
})

test('a peer goes on with its noise from step to step, and another has its own', async () => {
  const random = createRandom(1)
  const learn = async (calls: readonly (readonly [peer: number, steps: number])[]) => {
    const problem = meanEstimation(drawMean(3, createRandom(2)), 1)
    const learner = createProblemLearner(
      problem,
      () => 0.5,
      peer => random.fork(peer),
    )
    const x = new Float64Array(3)
    let before = 0
    for (const [peer, steps] of calls) {
      const update = new Float32Array(3)
      await learner.train(peer, x, update, steps, before)
      for (let p = 0; p < 3; p++) x[p] += update[p]
      before += steps
    }
    return [...x].map(value => Number(value.toFixed(5)))
  }
  const whole = await learn([[0, 2]])
  expect(
    await learn([
      [0, 1],
      [0, 1],
    ]),
  ).toEqual(whole)
  expect(await learn([[1, 2]])).not.toEqual(whole)
})
