import { describe, expect, test } from 'vitest'
import { createDivergenceCheck, type DivergenceOptions } from '../../../src/gossip/run/divergence.ts'
import { createLayout } from '../../../src/parameters/layout.ts'
import { LengthMismatchError } from '../../../src/parameters/vectors.ts'
import { TrainingDivergedError } from '../../../src/training/trainer.ts'

const layout = createLayout([
  { name: 'dense/kernel', shape: [2, 2], trainable: true },
  { name: 'norm/moving_variance', shape: [1], trainable: false },
  { name: 'dense/bias', shape: [1], trainable: true },
])

const TWO_CLASSES = Math.log(2)
const THREE_CLASSES = Math.log(3)

/** Intervals, each with the norm after it and its loss, as a multiple of that of guessing. */
function runOf(text: string): readonly (readonly [number, number])[] {
  return text.split(' ').map(interval => {
    const [norm, loss] = interval.split(':').map(Number)
    return [norm, loss]
  })
}

function peer(options: Partial<DivergenceOptions> & { readonly initial?: number } = {}) {
  const parameters = new Float32Array(layout.length)
  parameters[0] = options.initial ?? 11.6
  const { check, restart } = createDivergenceCheck({
    layout,
    parameters,
    maximumNorm: 1e6,
    chanceLoss: TWO_CLASSES,
    ...options,
  })
  const chance = options.chanceLoss ?? TWO_CLASSES

  return {
    parameters,
    check,
    restart,
    /** Trains until the parameters have this norm, with a loss so many times that of guessing. */
    train(norm: number, loss: number, steps = 10) {
      const update = new Float32Array(layout.length)
      update[0] = norm - parameters[0]
      check({ update, loss: loss * chance }, steps)
      parameters[0] = norm
    },
    /** How many intervals pass, of these norms and losses, before training has diverged; undefined where it does not. */
    endsAfter(run: readonly (readonly [number, number])[], steps?: number): number | undefined {
      for (const [index, [norm, loss]] of run.entries()) {
        try {
          this.train(norm, loss, steps)
        } catch (error) {
          expect(error).toBeInstanceOf(TrainingDivergedError)
          return index
        }
      }
      return undefined
    },
  }
}

/** The effect of an unscaled table on real models at the default learning rate: norm, and loss as a multiple of that of guessing. */
describe('training that diverged is found out after its first interval', () => {
  test.for([
    ['a perceptron on incomes beside ages', 11.6, TWO_CLASSES, 9.8e7, 5.9e10],
    ['a linear model on incomes beside ages', 1.03, TWO_CLASSES, 3_842, 1.5e8],
    ['a perceptron on wines', 11.8, THREE_CLASSES, 5_589, 15_040],
    ['a perceptron on tumours', 11.6, TWO_CLASSES, 9_255, 52_630],
    ['a perceptron on penguins', 11.4, THREE_CLASSES, 141_200, 2.2e6],
    ['a linear model on seconds since 1970', 1.03, TWO_CLASSES, 9.2e7, 6e16],
  ] as const)('%s', ([, initial, chanceLoss, norm, loss]) => {
    const message = /this peer's parameters have a norm of .+, where they began with /
    expect(() => peer({ initial, chanceLoss }).train(norm, loss)).toThrow(message)
    expect(() => peer({ initial, chanceLoss }).train(norm, loss)).toThrow(TrainingDivergedError)
  })

  test('by its norm alone where nobody knows what its loss means', () => {
    const own = peer({ chanceLoss: undefined })
    expect(own.endsAfter(runOf('11.7:1 9.8e7:1'))).toBe(1)
  })

  test('long before others would refuse its parameters', () => {
    expect(peer().endsAfter(runOf('9e4:0.9 1.1e5:0.9'))).toBe(1)
  })

  test('and says how far it went', () => {
    expect(() => peer().train(9.8e7, 5.9e10)).toThrow(
      "training diverged: this peer's parameters have a norm of 9.8e7, where they began with 11.6, and a loss of 4.1e10, " +
        'where guessing has 0.693',
    )
  })
})

describe('training that does not settle', () => {
  /** A linear model on penguins, with a learning rate of 0.01. */
  const bouncing = runOf(
    '17.3:7e4 38.7:4.1e4 51.9:9.7e4 60.8:1.7e5 82.4:1.8e5 162:2.3e5 116:2.4e5 118:1.9e5 124:1.6e5 123:1.7e5 136:8.9e4 228:1.9e5 ' +
      '149:1.6e5 194:2.1e5 178:1.8e5 206:1.8e5 207:7.8e4 244:1.1e5 223:1.6e5 281:2e5 252:1.1e5 272:1.1e5 272:1e5 285:7e4 294:6.4e4 ' +
      '304:5.1e4 317:8e4 328:1.4e5 376:1.4e5 348:1.4e5 377:9.1e4 384:2.3e5 436:1.9e5 398:1.9e5 429:1.6e5 431:2.7e5',
  )

  test('has its time, and is found out when it goes on as it was', () => {
    const end = peer({ initial: 1.8, chanceLoss: THREE_CLASSES }).endsAfter(bouncing)
    expect(end).toBeGreaterThan(20)
    expect(end).toBeLessThan(bouncing.length)
  })

  test('is told by its steps, however many make an interval', () => {
    const same = new Array(1_000).fill([200, 5_000])
    expect(peer().endsAfter(same, 1)).toBe(199)
    expect(peer().endsAfter(same, 10)).toBe(19)
    expect(peer().endsAfter(same, 1_000)).toBe(1)
  })

  test('says for how long', () => {
    const own = peer()
    for (let i = 0; i < 19; i++) own.train(200, 5_000)
    expect(() => own.train(200, 5_000)).toThrow(
      "this peer's parameters have a norm of 200, where they began with 11.6, and for 200 steps a loss above 693, where guessing has 0.693",
    )
  })

  test('goes on while its loss falls', () => {
    const falling = Array.from({ length: 60 }, (_, i) => [300, 9e5 * 0.9 ** i] as const)
    expect(peer().endsAfter(falling)).toBeUndefined()
  })

  test('begins anew with every interval in which it is better', () => {
    const one = [...new Array(19).fill([200, 5_000]), [200, 900]]
    expect(peer().endsAfter(new Array(20).fill(one).flat())).toBeUndefined()
  })
})

/** Runs that ended well, as they were. */
describe('sound training is never stopped', () => {
  const sound: readonly (readonly [string, number, number, string])[] = [
    [
      'digits from 0 to 16, with a linear model and a learning rate of 0.5',
      4.18,
      Math.log(10),
      '142:260 265:154 341:57.7 374:20.5 388:17.8 396:14.7 401:13.8 403:16.6 434:0.97 466:0.5',
    ],
    [
      'Adam with a learning rate of 0.3',
      12.2,
      Math.log(10),
      '62.8:5.66 88.5:7.36 152:15.2 201:6.28 250:4.22 303:2.96 413:0.9',
    ],
    ['a loss that begins large, and falls', 11.6, TWO_CLASSES, '11.6:177 11.6:44.4 11.6:28.6 11.6:1.2 11.7:0.38'],
    ['a linear model that begins at 0', 0, TWO_CLASSES, '1:1 20:0.2 70:0.05 104:0.01'],
    ['a language model of a hundred million parameters', 200, Math.log(50_000), '200:1 320:0.6 500:0.3 900:0.25'],
    ['a model that begins large', 5_000, TWO_CLASSES, '5100:1.2 20000:0.5 120000:0.1'],
  ]

  test.for(sound)('%s', ([, initial, chanceLoss, run]) => {
    expect(peer({ initial, chanceLoss }).endsAfter(runOf(run))).toBeUndefined()
  })

  test('incomes beside ages with a learning rate that is small enough, however long its loss stays far above that of guessing', () => {
    const slow = Array.from({ length: 300 }, (_, i) => [1.02 - i * 0.0005, 82_000 - 100 * i] as const)
    expect(peer({ initial: 1.03 }).endsAfter(slow)).toBeUndefined()
  })

  test.for([0, 1])('a model of %d classes, among which nobody can guess', classes => {
    const { check } = peer({ chanceLoss: Math.log(classes) })
    const update = new Float32Array(layout.length).with(0, 2_000)
    expect(() => check({ update, loss: 5 }, 10)).not.toThrow()
  })

  test('a jump from which it finds back', () => {
    expect(
      peer({ initial: 1.9 }).endsAfter(runOf('86:1314 109:1401 205:2290 272:2653 302:957 346:400')),
    ).toBeUndefined()
  })

  test('a recipe that accepts little, and parameters that are within', () => {
    expect(peer({ maximumNorm: 50 }).endsAfter(runOf('20:0.5 49:0.1'))).toBeUndefined()
    expect(peer({ maximumNorm: 50 }).endsAfter(runOf('20:0.5 51:0.1'))).toBe(1)
  })

  test('statistics of inputs that are not scaled, which are not learned', () => {
    const { check, parameters } = peer()
    parameters[4] = 3e5
    expect(() => check({ update: new Float32Array(layout.length), loss: 5_000 }, 10)).not.toThrow()
  })
})

describe('statistics that nobody else accepts', () => {
  test('are told of, though nothing has diverged', () => {
    const { check } = peer()
    const update = new Float32Array(layout.length)
    update[4] = 3e6
    expect(() => check({ update, loss: 0.1 }, 10)).toThrow(
      "a norm of 3e6, and others accept no more than 1e6 (the recipe's security.maximumNorm)",
    )
  })
})

describe('what a trainer gives', () => {
  const withElement = (index: number, value: number) => new Float32Array(layout.length).with(index, value)

  test.for([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('may not hold %s', bad => {
    expect(() => peer({ chanceLoss: undefined }).check({ update: withElement(5, bad), loss: 1 }, 1)).toThrow(
      new TrainingDivergedError(
        `training diverged: what this peer's trainer gave back is not finite: element 0 of dense/bias is ${bad}`,
      ),
    )
  })

  test('may not hold NaN in what is not learned either', () => {
    expect(() => peer().check({ update: withElement(4, Number.NaN), loss: 1 }, 1)).toThrow(
      'norm/moving_variance is NaN',
    )
  })

  test.for([Number.NaN, Number.POSITIVE_INFINITY, undefined as unknown as number])(
    'may not have a loss of %s',
    loss => {
      expect(() => peer({ chanceLoss: undefined }).check({ update: withElement(0, 0), loss }, 1)).toThrow(
        `the loss that this peer's trainer gave back is ${loss}`,
      )
    },
  )

  test('may not begin with NaN', () => {
    const parameters = withElement(2, Number.NaN)
    expect(() => createDivergenceCheck({ layout, parameters, maximumNorm: 1e6 })).toThrow(
      "what this peer's trainer begins with is not finite: element 2 of dense/kernel is NaN",
    )
  })

  test('has as many elements as there are parameters', () => {
    expect(() => peer().check({ update: new Float32Array(2), loss: 1 }, 1)).toThrow(LengthMismatchError)
  })
})

test('a peer that takes other parameters begins from them, in what is sound and in what it is told', () => {
  const taken = peer({ initial: 1 })
  taken.parameters[0] = 5_000
  expect(() => taken.train(150_000, 0.5)).toThrow('a norm of 150,000, where they began with 1')
  taken.restart()
  expect(() => taken.train(150_000, 0.5)).not.toThrow()
  expect(() => taken.train(600_000, 0.5)).toThrow('where they began with 5,000')
  taken.parameters[0] = Number.NaN
  expect(() => taken.restart()).toThrow(TrainingDivergedError)
})
