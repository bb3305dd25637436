import { describe, expect, test } from 'vitest'
import { peerRuleNames, ruleNames } from '../../src/averaging/rules/registry.ts'
import { AGGREGATORS, PEER_AGGREGATORS } from '../../src/catalogue.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { fitData, shardsOf } from '../../src/library/fit-data.ts'
import { identifyModel, ModelDigestError } from '../../src/library/identify-model.ts'
import { peerAveraging } from '../../src/library/peer-averaging.ts'
import { parseRecipe, type RecipeInput } from '../../src/recipe/recipe.ts'
import { temporaryFolder } from '../temporary-folder.ts'

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

describe('sequences that meet a recipe', () => {
  const letters = parseRecipe({
    model: { name: 'language', shape: [2], classes: 4, classNames: ['a', 'b', 'c', 'd'] },
    objective: { task: 'language' },
  })
  const text = dataset({
    name: 'text:mine.txt',
    inputs: Float32Array.of(0, 1, 2, 0),
    labels: Int32Array.of(1, 2, 0, 1),
    classes: 3,
    classNames: ['a', 'c', 'd'],
    targets: 2,
  })

  test("get the recipe's numbers for the characters that they read, and for those that follow", () => {
    const { train } = fitData(letters, { train: text, test: text })
    expect(train.inputs).toEqual(Float32Array.of(0, 2, 3, 0))
    expect(train.labels).toEqual(Int32Array.of(2, 3, 0, 2))
    expect(train).toMatchObject({ classes: 4, classNames: ['a', 'b', 'c', 'd'], targets: 2 })
  })

  test('are refused by the character that the recipe does not know', () => {
    const strange = { ...text, classNames: ['a', '\n', 'd'] }
    expect(() => fitData(letters, { train: strange, test: strange })).toThrow(
      'text:mine.txt has the character "\\n", the recipe knows "a", "b", "c", "d"',
    )
  })

  test('are told of a hundred characters that are known, and of how many more there are', () => {
    const names = Array.from({ length: 130 }, (_, i) => String.fromCodePoint(0x4e00 + i))
    const many = parseRecipe({
      model: { name: 'language', shape: [2], classes: 130, classNames: names },
      objective: { task: 'language' },
    })
    expect(() => fitData(many, { train: text, test: text })).toThrow(/"[^"]+" and 30 more$/)
  })

  test('are dealt whole, and by nothing but iid', () => {
    const shards = shardsOf(text, { of: 2, partition: 'iid', seed: 1 })
    expect(shards.map(({ inputs, labels }) => [[...(inputs as Float32Array)], [...labels]]).toSorted()).toEqual([
      [
        [0, 1],
        [1, 2],
      ],
      [
        [2, 0],
        [0, 1],
      ],
    ])
    expect(() => shardsOf(text, { of: 2, partition: 'dirichlet:0.5', seed: 1 })).toThrow(
      'the partition dirichlet:0.5 goes by labels, and a sequence of text:mine.txt has one at each position; take iid',
    )
  })
})

describe('the task', () => {
  const text = dataset({ shape: [2], inputs: Float32Array.of(0, 1), labels: Int32Array.of(1, 0), targets: 2 })

  test('language is refused on samples that have one label each', () => {
    const letters = parseRecipe({ ...recipe, objective: { task: 'language' } })
    expect(() => fitData(letters, { train: dataset(), test: dataset() })).toThrow('needs sequences, such as text:FILE')
  })

  test('classify is refused on sequences', () => {
    expect(() => fitData(recipe, { train: text, test: text })).toThrow('the task for them is language')
  })

  test.each([
    ['linear', [2]],
    ['mlp:64', [2]],
    ['cnn', [10, 10]],
  ])('language is refused where the model is %s, which gives one answer for a sample', (name, shape) => {
    const letters = parseRecipe({ model: { ...recipe.model, name, shape }, objective: { task: 'language' } })
    const texts = { ...text, shape }
    expect(() => fitData(letters, { train: texts, test: texts })).toThrow(
      `${name} cannot take samples of shape [${shape.join(', ')}]: it gives one answer for a sample`,
    )
  })

  test('classify is refused where the model is language', () => {
    const language = parseRecipe({ ...recipe, model: { ...recipe.model, name: 'language' } })
    expect(() => fitData(language, { train: dataset(), test: dataset() })).toThrow('it takes sequences of classes')
  })

  test('is refused where the model cannot take the shape', () => {
    const cnn = parseRecipe({ ...recipe, model: { ...recipe.model, name: 'cnn' } })
    expect(() => fitData(cnn, { train: dataset(), test: dataset() })).toThrow(
      'cnn cannot take samples of shape [2]: it takes images',
    )
  })
})

describe('a model made from a file', () => {
  const { write } = temporaryFolder()
  const file = write('model.mjs', 'export default () => {}')
  const ofFile = (digest?: string) =>
    parseRecipe({ ...recipe, model: { ...recipe.model, name: `module:${file}`, digest } })

  test('has its digest in the recipe from then on', async () => {
    const { model } = await identifyModel(ofFile())
    expect(model.digest).toMatch(/^[0-9a-f]{64}$/)
    const known = ofFile(model.digest)
    expect(await identifyModel(known)).toBe(known)
  })

  test('is refused where the recipe is of another, with both digests', async () => {
    const other = '0'.repeat(64)
    const refused = identifyModel(ofFile(other))
    await expect(refused).rejects.toThrow(ModelDigestError)
    await expect(refused).rejects.toThrow(/has the SHA-256 [0-9a-f]{64}, the recipe is of one with 0{64}/)
  })

  test('is the only one with a digest', async () => {
    expect(await identifyModel(recipe)).toBe(recipe)
    const strange = parseRecipe({ ...recipe, model: { ...recipe.model, digest: '0'.repeat(64) } })
    await expect(identifyModel(strange)).rejects.toThrow('made from no file')
  })
})

describe('how peers average', () => {
  const averagingOf = (averaging: RecipeInput['averaging'], exchange?: RecipeInput['exchange']) => () =>
    peerAveraging(parseRecipe({ averaging, exchange }))

  test.each(peerRuleNames)('is by %s, as its object says', rule => {
    const { rule: found } = averagingOf({ rule })()
    expect([found.name, found.hint.length > 0]).toEqual([rule, true])
  })

  test.each(Object.keys(AGGREGATORS).map(form => form.replace(/:[A-Z]+$/, ':1')))(
    'is by %s with every rule that averages, or with none of them',
    aggregator => {
      const isOfPeers = Object.keys(PEER_AGGREGATORS).some(form => form.replace('TAU', '1') === aggregator)
      for (const rule of peerRuleNames.filter(name => name !== 'none')) {
        const averaging = averagingOf({ rule, aggregator })
        if (isOfPeers) expect(averaging().clipping !== undefined, rule).toBe(aggregator !== 'mean')
        else expect(averaging, rule).toThrow(`not by the aggregator ${aggregator}`)
      }
    },
  )

  test.each(ruleNames.filter(name => !peerRuleNames.includes(name)))('is not by %s, and what can be is told', rule => {
    expect(averagingOf({ rule })).toThrow(
      `peers do not exchange by the rule ${rule}, but by ${peerRuleNames.join(', ')}; hearsay simulate --engine matrix runs every rule`,
    )
  })

  test.each<[what: string, averaging: RecipeInput['averaging'], exchange: RecipeInput['exchange'], message: string]>([
    [
      'an aggregator',
      { rule: 'dpsgd', aggregator: 'median' },
      {},
      'peers merge two at a time, by mean or clipped, and not by the aggregator median; hearsay simulate --engine matrix runs every aggregator',
    ],
    [
      'an outer step in step, after as many steps as suit each',
      { rule: 'diloco' },
      { localSteps: 'auto' },
      'diloco makes an outer step for all in step, so exchange.localSteps is a number; for auto take noloco',
    ],
    [
      'the mean of all over a ring',
      { rule: 'diloco', topology: 'ring' },
      {},
      'diloco needs the mean of all: take the topology complete, or the rule noloco, which needs pairs',
    ],
    [
      'fragments in step',
      { rule: 'dpsgd' },
      { fragments: 2 },
      'the rule dpsgd averages whole models in step; for exchange.fragments take adpsgd or noloco',
    ],
    [
      'in step over links that go one way',
      { rule: 'dpsgd', topology: 'exponential' },
      {},
      'peers average by dpsgd over links that go both ways; exponential is directed: take ring, complete or random-regular:4',
    ],
    [
      'a merge that drops models',
      { rule: 'gossip:walk' },
      {},
      'gossip:walk may put one model in the place of another, and a peer would not know whether what it learned is in the final one: take gossip:age or gossip:plain',
    ],
    ['a merge that drops some models', { rule: 'gossip:limited,4' }, {}, 'gossip:limited,4 may put one model'],
    [
      'a part of a model that has an age',
      { rule: 'gossip' },
      { fragments: 2 },
      'peers merge whole models by gossip, as they are; for exchange.fragments take adpsgd or noloco',
    ],
    [
      'compression of a model that has an age',
      { rule: 'gossip' },
      { compression: 'int8' },
      'peers merge whole models by gossip, as they are; for exchange.compression int8 take adpsgd or noloco',
    ],
    [
      'two measures of who counts for more',
      { rule: 'gossip', weights: 'samples' },
      {},
      'the rule gossip has its own measure of who counts for more; for averaging.weights samples take adpsgd or diloco or dpsgd or noloco',
    ],
  ])('is not by %s, and what comes nearest is told', (_what, averaging, exchange, message) => {
    expect(averagingOf(averaging, exchange)).toThrow(message)
  })
})
