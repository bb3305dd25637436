import { expect, test } from 'vitest'
import { describeFigures, describeJudged, describeTestSamples, summariseFigures } from '../../peer/figures.ts'
import { defaultRecipe } from '../../src/index.ts'
import { type Classification, figuresOf, type Regression } from '../../src/worth/figures.ts'
import { tallyClasses, tallyValues } from '../../src/worth/tally.ts'

function classified(labels: readonly number[], said: readonly number[], names: readonly string[]): Classification {
  const tally = tallyClasses(names.length)
  const logits = said.flatMap(one => names.map((_, index) => (index === one ? 3 : 0)))
  tally.add(Float32Array.from(logits), Int32Array.from(labels))
  return figuresOf(tally.counts, { names }) as Classification
}

function measured(
  outputs: number,
  predictions: readonly number[],
  values: readonly number[],
  names?: string[],
): Regression {
  const tally = tallyValues(outputs)
  tally.add(Float32Array.from(predictions), Float32Array.from(values))
  return figuresOf(tally.counts, { names }) as Regression
}

const shown = (text: string) => text.split('\n').map(line => line.trimEnd())

test('of rare fraud it is said that none is found, beside an accuracy that hides it', () => {
  const labels = [...new Array(980).fill(0), ...new Array(20).fill(1)]
  const figures = classified(labels, new Array(1_000).fill(0), ['fine', 'fraud'])
  expect(shown(describeFigures(figures, process.stdout))).toEqual([
    "  accuracy           98.0 %  always the largest class, 'fine': 98.0 %",
    '  balanced accuracy  50.0 %  the mean recall of the classes; macro F1 49.5 %',
    '  ROC AUC            0.500   from 1,024 bins of the score, as the next',
    "  average precision  0.020   of 'fraud', the rarer class",
    '',
    '  class  precision   recall      F1  support  said fine  said fraud',
    '  fine      98.0 %  100.0 %  99.0 %      980        980           0',
    '  fraud      0.0 %    0.0 %   0.0 %       20         20           0',
    '',
    "  none of the 20 cases of 'fraud' is found",
    "  the precision of 'fraud' stands as 0: no sample is taken for it",
  ])
  expect(summariseFigures(figures)).toBe('accuracy 98.0 % (always the largest class: 98.0 %)')
})

test('the average precision is that of the rarer class, whichever comes first', () => {
  const labels = [0, 0, 1, 1, 1, 1]
  const tally = tallyClasses(2)
  // The scores rank one of the two frauds first, and the other behind one payment.
  tally.add(Float32Array.from([9, 0, 5, 0, 7, 0, 2, 0, 1, 0, 0, 3]), Int32Array.from(labels))
  const figures = figuresOf(tally.counts, { names: ['fraud', 'ok'] }) as Classification
  const expected = (1 / 1 + 2 / 3) / 2
  expect(figures.classes[0].averagePrecision).toBeCloseTo(expected, 12)
  expect(figures.classes[1].averagePrecision).toBe(figures.averagePrecision)
  expect(describeFigures(figures, process.stdout)).toMatch(
    new RegExp(`average precision  ${expected.toFixed(3)} +of 'fraud', the rarer class`),
  )
})

test('a confusion that does not fit beside the figures stands below them, within 78 columns', () => {
  const names = ['Adelie penguin', 'Chinstrap', 'Gentoo']
  const text = describeFigures(classified([0, 0, 1, 2], [0, 1, 1, 2], names), process.stdout)
  expect(shown(text).slice(-5)).toEqual([
    '',
    '  class           said Adelie pe…  said Chinstrap  said Gentoo',
    '  Adelie penguin                1               1            0',
    '  Chinstrap                     0               1            0',
    '  Gentoo                        0               0            1',
  ])
  expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(78)
})

test('of many classes the ten worst are shown, the worst first', () => {
  const names = Array.from({ length: 30 }, (_, index) => `class ${index}`)
  const labels = names.flatMap((_, index) => [index, index])
  const said = labels.map((label, i) => (label === 7 || (label === 20 && i % 2 === 0) ? 8 : label))
  const text = describeFigures(classified(labels, said, names), process.stdout)
  expect(text).toContain('worst of 30')
  const table = shown(text).filter(line => line.startsWith('  class '))
  expect(table).toHaveLength(10)
  expect(table.slice(0, 3).map(line => line.slice(2, 10).trim())).toEqual(['class 7', 'class 8', 'class 20'])
  expect(text).not.toContain('said')
})

test('of a language model only what is said of all characters', () => {
  const figures = classified([0, 1, 1], [1, 1, 1], ['a', 'b'])
  expect(shown(describeFigures(figures, process.stdout, 'language'))).toEqual([
    "  accuracy  66.7 %  always the largest class, 'b': 66.7 %",
  ])
})

test('of a regression the errors stand beside those of the mean', () => {
  const figures = measured(1, [2.5, 0, 2, 8], [3, -0.5, 2, 7])
  expect(shown(describeFigures(figures, process.stdout))).toEqual([
    '  R²    0.949   1 is exact; 0 is as good as always saying the mean',
    '  RMSE  0.6124  in the units of the data; always saying the mean: 3.945',
    '  MAE   0.5     always saying the mean: 3.125',
  ])
  expect(summariseFigures(figures)).toBe('R² 0.949, RMSE 0.6124 (always the mean: 3.945)')
  const two = measured(2, [1, 0, 3, 0], [1, -1, 3, 1], ['price', 'weight'])
  expect(shown(describeFigures(two, process.stdout))).toEqual([
    '  R²  0.500  the mean of 2 outputs; 0 is that of the mean',
    '',
    '  output     R²  RMSE  MAE  RMSE of the mean  MAE of the mean',
    '  price   1.000     0    0             2.236                2',
    '  weight  0.000     1    1                 1                1',
  ])
})

test('it is said whose test samples they are', () => {
  expect(describeTestSamples({ samples: 360, members: 3, of: 3 })).toBe('the 360 test samples of all 3 members')
  expect(describeTestSamples({ samples: 240, members: 2, of: 3 })).toBe('the 240 test samples of 2 of 3 members')
  expect(describeTestSamples({ samples: 1, members: 1, of: 1 })).toBe('the one test sample of its own')
  const figures = classified([0, 1], [0, 1], ['a', 'b'])
  const judged = { figures, samples: 2, members: 2, of: 3 }
  expect(describeJudged(judged, defaultRecipe, process.stdout)).toContain(
    'the common model, on the 2 test samples of 2 of 3 members:',
  )
  expect(describeJudged({ ...judged, figures: null, reason: 'x' }, defaultRecipe, process.stdout)).toBe('')
})
