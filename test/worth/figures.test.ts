import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/random/random.ts'
import { LOSS_UNIT, MOST_LOSS } from '../../src/worth/constants.ts'
import { countsFrom, noCounts, shapeOf, sumOfCounts, type ValueCounts, wholeNumbersOf } from '../../src/worth/counts.ts'
import { areCountable, type Classification, figuresOf, type Regression } from '../../src/worth/figures.ts'
import { remarksOn } from '../../src/worth/remarks.ts'
import { tallyClasses, tallyValues } from '../../src/worth/tally.ts'

/** Logits that say these classes, one after the other, each with certainty. */
function saying(said: readonly number[], classes: number): Float32Array {
  return Float32Array.from({ length: said.length * classes }, (_, i) =>
    i % classes === said[Math.floor(i / classes)] ? 3 : 0,
  )
}

function judged(labels: readonly number[], said: readonly number[], classes: number, names?: string[]): Classification {
  const tally = tallyClasses(classes)
  tally.add(saying(said, classes), Int32Array.from(labels))
  return figuresOf(tally.counts, { names }) as Classification
}

/** Logits of two classes with these probabilities of the second. */
function likely(probabilities: readonly number[]): Float32Array {
  return Float32Array.from(probabilities.flatMap(p => [0, Math.log(p / (1 - p))]))
}

describe('figures of a classifier', () => {
  // The example of scikit-learn's classification_report.
  const report = judged([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], 3, ['a', 'b', 'c'])

  test('are those of scikit-learn', () => {
    expect(report.classes.map(({ precision, recall, f1, support }) => [precision, recall, f1, support])).toEqual([
      [0.5, 1, 2 / 3, 1],
      [0, 0, 0, 1],
      [1, 2 / 3, 0.8, 3],
    ])
    expect(report.accuracy).toBe(0.6)
    expect(report.macroF1).toBeCloseTo((2 / 3 + 0 + 0.8) / 3, 15)
    expect(report.balancedAccuracy).toBeCloseTo((1 + 0 + 2 / 3) / 3, 15)
    expect(report.baseline).toBe(0.6)
    expect(report.confusion).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 2],
    ])
    // −log softmax of the label, logits of 3 and 0.
    const right = Math.log(1 + 2 * Math.exp(-3))
    expect(report.loss).toBeCloseTo((3 * right + 2 * (right + 3)) / 5, 6)
  })

  test('of a class that is neither there nor said have no part in a mean', () => {
    const { balancedAccuracy, macroF1, classes } = judged([0, 0, 1], [0, 1, 1], 4)
    expect(balancedAccuracy).toBe((0.5 + 1) / 2)
    expect(macroF1).toBeCloseTo(2 / 3, 15)
    expect(classes[3]).toEqual({ name: '3', precision: 0, recall: 0, f1: 0, support: 0, predicted: 0 })
    // One that is said and not there has.
    expect(judged([0, 0, 1], [0, 2, 1], 4).macroF1).toBeCloseTo((2 / 3 + 1 + 0) / 3, 15)
    expect(judged([0, 0, 1], [0, 2, 1], 4).balancedAccuracy).toBe((0.5 + 1) / 2)
  })

  test('of two classes have the curves: scikit-learn’s example of them', () => {
    const tally = tallyClasses(2)
    tally.add(likely([0.1, 0.4, 0.35, 0.8]), Int32Array.of(0, 0, 1, 1))
    const figures = figuresOf(tally.counts) as Classification
    expect(figures.rocAuc).toBe(0.75)
    expect(figures.averagePrecision).toBeCloseTo(0.8333333333333333, 15)
    expect(figures.scoreBins).toBe(1_024)
    expect(report.rocAuc).toBeUndefined()
  })

  test('of equal scores are those of chance, and of one class alone there are no curves', () => {
    const tally = tallyClasses(2)
    tally.add(likely([0.3, 0.3, 0.3, 0.3]), Int32Array.of(0, 0, 0, 1))
    const figures = figuresOf(tally.counts) as Classification
    expect([figures.rocAuc, figures.averagePrecision]).toEqual([0.5, 0.25])
    expect(judged([0, 0], [0, 1], 2)).toMatchObject({ rocAuc: null, averagePrecision: null })
    expect(judged([1, 1], [0, 1], 2)).toMatchObject({ rocAuc: null, averagePrecision: 1 })
  })

  test.each([
    ['spread', 0, 3],
    ['all below 1 %, as of a rare class', -7, 0.7],
    ['all near one half', 0, 0.05],
  ])('from bins are near those from all scores: %s', (_, centre, deviation) => {
    const random = createRandom('scores')
    const cases = Array.from({ length: 3_000 }, () => {
      const label = Number(random.uniform() < 0.1)
      return { label, odds: Math.fround(centre + deviation * (label + random.normal())) }
    })
    const tally = tallyClasses(2)
    tally.add(
      Float32Array.from(cases.flatMap(({ odds }) => [0, odds])),
      Int32Array.from(cases, ({ label }) => label),
    )
    const { rocAuc, averagePrecision } = figuresOf(tally.counts) as Classification
    const [negatives, positives] = [0, 1].map(label => cases.filter(one => one.label === label))
    let won = 0
    for (const p of positives) for (const n of negatives) won += p.odds > n.odds ? 1 : p.odds === n.odds ? 0.5 : 0
    expect(Math.abs((rocAuc as number) - won / positives.length / negatives.length)).toBeLessThan(1.5e-3)
    let [found, sum] = [0, 0]
    for (const [place, { label }] of cases.toSorted((a, b) => b.odds - a.odds).entries()) {
      if (label === 1) sum += ++found / (place + 1)
    }
    expect(Math.abs((averagePrecision as number) - sum / positives.length)).toBeLessThan(1e-2)
  })

  test('are in the order of samples, and of parts, the same to the last digit', () => {
    const random = createRandom('order')
    const logits = Float32Array.from({ length: 600 }, () => random.normal())
    const labels = Int32Array.from({ length: 300 }, () => random.integer(2))
    const whole = tallyClasses(2)
    whole.add(logits, labels)
    const parts = [0, 1, 2].map(part => {
      const tally = tallyClasses(2)
      tally.add(logits.subarray(200 * part, 200 * (part + 1)), labels.subarray(100 * part, 100 * (part + 1)))
      return tally.counts
    })
    expect(sumOfCounts(shapeOf(whole.counts), parts.toReversed())).toEqual(whole.counts)
  })

  test('of logits that are no numbers are those of the first class, at the largest loss', () => {
    const tally = tallyClasses(2)
    tally.add(Float32Array.of(Number.NaN, 1, 0, Number.POSITIVE_INFINITY), Int32Array.of(0, 0))
    expect(tally.counts.loss * LOSS_UNIT).toBe(2 * MOST_LOSS)
    expect(tally.counts.samples).toBe(2)
  })

  test('of nothing are refused', () => {
    expect(() => figuresOf(noCounts({ kind: 'classes', classes: 3 }))).toThrow('no test samples')
  })

  test('are whole numbers and back, with and without a confusion matrix', () => {
    for (const classes of [2, 5, 101]) {
      const labels = Array.from({ length: 400 }, (_, i) => i % classes)
      const tally = tallyClasses(classes)
      tally.add(saying(labels.toReversed(), classes), Int32Array.from(labels))
      expect(tally.counts.confusion === undefined).toBe(classes > 100)
      expect(countsFrom(shapeOf(tally.counts), wholeNumbersOf(tally.counts))).toEqual(tally.counts)
    }
  })
})

describe('remarks', () => {
  test('say that a class is never found, and what stands as 0', () => {
    const labels = [...new Array(980).fill(0), ...new Array(20).fill(1)]
    const fraud = judged(labels, new Array(1_000).fill(0), 2, ['fine', 'fraud'])
    expect(fraud.accuracy).toBe(0.98)
    expect(fraud.baseline).toBe(0.98)
    expect(fraud.balancedAccuracy).toBe(0.5)
    expect(remarksOn(fraud)).toEqual([
      "none of the 20 cases of 'fraud' is found",
      "the precision of 'fraud' stands as 0: no sample is taken for it",
    ])
  })

  test('are none where every class is found', () => {
    expect(remarksOn(judged([0, 1], [0, 1], 2))).toEqual([])
  })

  test('name a class without test samples, and the only case of one', () => {
    expect(remarksOn(judged([0, 1], [0, 0], 3, ['a', 'b', 'c']))).toEqual([
      "the only case of 'b' is not found",
      "the precision of 'b' stands as 0: no sample is taken for it",
      "the recall of 'c' stands as 0: no test sample is of it",
    ])
  })

  test('of many classes name some', () => {
    const labels = Array.from({ length: 9 }, (_, i) => i)
    const remarks = remarksOn(judged(labels, new Array(9).fill(0), 9))
    expect(remarks[0]).toBe("the only case of '1' is not found")
    expect(remarks.slice(5)).toEqual([
      'of 3 more classes no case is found either',
      "the precision of '1', '2', '3', '4', '5' and 3 more classes stands as 0: no sample is taken for it",
    ])
  })
})

describe('figures of a regression', () => {
  function predicted(values: readonly number[], predictions: readonly number[], deviation = 1): Regression {
    const tally = tallyValues(1)
    const scaled = (numbers: readonly number[]) => Float32Array.from(numbers, number => number / deviation)
    tally.add(scaled(predictions), scaled(values))
    return figuresOf(tally.counts, { deviations: [deviation], names: ['y'] }) as Regression
  }

  test('are those of scikit-learn: its example of r2_score', () => {
    const { outputs, r2, samples } = predicted([3, -0.5, 2, 7], [2.5, 0, 2, 8])
    expect(samples).toBe(4)
    expect(r2).toBeCloseTo(0.9486081370449679, 12)
    expect(outputs[0].rmse).toBeCloseTo(Math.sqrt(0.375), 12)
    expect(outputs[0].mae).toBeCloseTo(0.5, 12)
    // Of always saying 0, what values are standardised around.
    expect(outputs[0].baseline.rmse).toBeCloseTo(Math.sqrt((9 + 0.25 + 4 + 49) / 4), 12)
    expect(outputs[0].baseline.mae).toBeCloseTo(3.125, 12)
  })

  test.each([1e-6, 1, 1e9])('are in the units of the data, and right to 1e-6: deviation %f', deviation => {
    const random = createRandom('values')
    const values = Array.from({ length: 500 }, () => deviation * random.normal())
    // Errors of a thousandth: their squares are the smallest that count.
    const predictions = values.map(value => value + 1e-3 * deviation * random.normal())
    const single = (numbers: readonly number[]) => numbers.map(number => Math.fround(number / deviation) * deviation)
    const [y, said] = [single(values), single(predictions)]
    const sum = (of: (i: number) => number) => y.reduce((total, _, i) => total + of(i), 0)
    const mean = sum(i => y[i]) / y.length
    const { outputs, r2 } = predicted(values, predictions, deviation)
    const relative = (found: number, right: number) => Math.abs(found / right - 1)
    expect(relative(outputs[0].rmse, Math.sqrt(sum(i => (y[i] - said[i]) ** 2) / y.length))).toBeLessThan(1e-6)
    expect(relative(outputs[0].mae, sum(i => Math.abs(y[i] - said[i])) / y.length)).toBeLessThan(1e-6)
    const right = 1 - sum(i => (y[i] - said[i]) ** 2) / sum(i => (y[i] - mean) ** 2)
    expect(relative(1 - (r2 as number), 1 - right)).toBeLessThan(1e-6)
  })

  test('where all values are alike have an R² of 1 or 0, as scikit-learn has, and of one sample none', () => {
    expect(predicted([5, 5, 5], [5, 5, 5]).r2).toBe(1)
    expect(predicted([5, 5, 5], [5, 5, 6]).r2).toBe(0)
    const one = predicted([5], [4])
    expect(one.r2).toBeNull()
    expect(remarksOn(one)).toEqual(["R² of 'y' needs two test samples, and there is 1"])
  })

  test('of values that nobody standardised are compared with the mean of the test samples, not with 0', () => {
    const tally = tallyValues(1)
    tally.add(Float32Array.of(100, 104), Float32Array.of(101, 105))
    const [{ rmse, baseline }] = (figuresOf(tally.counts, { isCentred: false }) as Regression).outputs
    expect([rmse, baseline]).toEqual([1, { rmse: 2, mae: null }])
  })

  test.each([
    ['as people measure', 1, true],
    ['too large for exact sums', 3e6, false],
    ['too small for the units', 1e-8, false],
  ])('can be had of values as they are, %s', (_, scale, isCountable) => {
    const tally = tallyValues(1)
    const values = Float32Array.from({ length: 20 }, (_, i) => scale * (10 + (i % 3)))
    tally.add(values, values)
    expect(areCountable(tally.counts as ValueCounts)).toBe(isCountable)
  })

  test('of several outputs are each by itself, and R² their mean', () => {
    const tally = tallyValues(2)
    tally.add(Float32Array.of(1, 0, 3, 0), Float32Array.of(1, -1, 3, 1))
    const { outputs, r2 } = figuresOf(tally.counts, { deviations: [1, 10] }) as Regression
    expect(outputs.map(({ name, rmse, r2 }) => [name, rmse, r2])).toEqual([
      ['0', 0, 1],
      ['1', 10, 0],
    ])
    expect(r2).toBe(0.5)
  })

  test('of a prediction that is no number are bad, and finite', () => {
    expect(predicted([1, 2], [Number.NaN, 2]).outputs[0].rmse).toBeGreaterThan(1e5)
  })
})
