import { expect, test } from 'vitest'
import { amount, coefficient, describeQuality, mainFigure } from '../../peer/quality.ts'

test('a model is known by its accuracy, or by R² and the root of its mean squared error', () => {
  expect(describeQuality({ accuracy: 0.952 })).toBe('accuracy 95.2 %')
  expect(describeQuality({ accuracy: Number.NaN, r2: 0.4871, rmse: 53.248 })).toBe('R² 0.487, RMSE 53.25')
  const perTarget = [{ rmse: 10 }, { rmse: 96.5 }]
  expect(describeQuality({ accuracy: null, r2: 0.4871, rmse: 53.25, perTarget })).toBe(
    'R² 0.487, the mean of 2 outputs',
  )
  expect(describeQuality({ accuracy: null })).toBeUndefined()
})

test('what was not measured, or JSON could not write, is a dash', () => {
  expect(describeQuality({ accuracy: null, r2: null, rmse: 1.5 })).toBe('R² –, RMSE 1.5')
  expect([mainFigure(null), mainFigure({ accuracy: null }), coefficient(Number.NaN), amount(null)]).toEqual([
    '–',
    '–',
    '–',
    '–',
  ])
})

test('the figure of a column is the accuracy, or R²', () => {
  expect([mainFigure({ accuracy: 0.5 }), mainFigure({ accuracy: null, r2: -1.25 })]).toEqual(['50.0 %', '-1.250'])
})

test('amounts of any size have four digits', () => {
  expect([amount(0.000123456), amount(1_234_567), amount(2)]).toEqual(['0.0001235', '1,235,000', '2'])
})
