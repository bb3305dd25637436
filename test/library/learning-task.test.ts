import { describe, expect, test } from 'vitest'
import type { Dataset } from '../../src/data/dataset.ts'
import { fitData } from '../../src/learning-task.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'

const recipe = parseRecipe({ model: { name: 'linear', shape: [2], classes: 3, classNames: ['a', 'b', 'c'] } })

function dataset(given: Partial<Dataset> = {}): Dataset {
  return {
    name: 'csv:mine.csv',
    inputs: new Float32Array(4),
    labels: Int32Array.of(0, 1),
    shape: [2],
    classes: 2,
    classNames: ['b', 'c'],
    ...given,
  }
}

describe('data that meet a recipe', () => {
  test("get the recipe's numbers for the classes that they happen to hold", () => {
    const { train } = fitData(recipe, { train: dataset(), test: dataset({ labels: Int32Array.of(1) }) })
    expect([...train.labels]).toEqual([1, 2])
    expect(train.classes).toBe(3)
  })

  test('are refused by the name of a class that the recipe does not know', () => {
    const strange = dataset({ classNames: ['b', 'zz'] })
    expect(() => fitData(recipe, { train: strange, test: strange })).toThrow(
      'csv:mine.csv has the class "zz", the recipe knows "a", "b", "c"',
    )
  })

  test('are refused with both shapes, or both numbers of classes', () => {
    const wide = dataset({ shape: [4] })
    expect(() => fitData(recipe, { train: wide, test: wide })).toThrow(
      'takes samples of shape [2], csv:mine.csv has [4]',
    )
    const many = dataset({ classes: 5, classNames: undefined })
    expect(() => fitData(recipe, { train: many, test: many })).toThrow('tells 3 classes apart, csv:mine.csv has 5')
  })

  test('keep their numbers where they are not named', () => {
    const bare = dataset({ classNames: undefined })
    expect([...fitData(recipe, { train: bare, test: bare }).train.labels]).toEqual([0, 1])
  })
})
