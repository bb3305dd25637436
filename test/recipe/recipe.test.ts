import { expect, test } from 'vitest'
import { optimizerOf } from '../../src/library/trainer-options.ts'
import { InvalidRecipeError, parseRecipe, recipeHash, stepsPerRound } from '../../src/recipe/recipe.ts'

test.each([
  [{ optimizer: 'rmsprop' }, /training\.optimizer/],
  [{ beta2: 1 }, /training\.beta2/],
  [{ weightDecay: -1 }, /training\.weightDecay/],
  [{ clipNorm: 0 }, /training\.clipNorm/],
  [{ schedule: 'steps' }, /training\.schedule/],
  [{ finalShare: 1.5 }, /training\.finalShare/],
  [{ warmupSteps: 101, steps: 100 }, /training\.warmupSteps: more than there are steps/],
])('a recipe whose training is %j is refused with the field', (training, message) => {
  const parse = () => parseRecipe({ training })
  expect(parse).toThrow(InvalidRecipeError)
  expect(parse).toThrow(message)
})

test.each([1.5, 'often'])('%j local steps are refused with what is accepted', localSteps => {
  expect(() => parseRecipe({ exchange: { localSteps } })).toThrow(
    "field exchange.localSteps: expected a whole number of at least 1, or 'auto'",
  )
})

test('no local steps at all are refused', () => {
  expect(() => parseRecipe({ exchange: { localSteps: 0 } })).toThrow('field exchange.localSteps')
})

test('a round has as many steps as pass between two exchanges, and with auto the default number', () => {
  expect([5, 'auto' as const].map(stepsPerRound)).toEqual([5, 10])
})

test('a recipe that says nothing of it trains as before there were schedules, decay and clipping', () => {
  const spec = optimizerOf(parseRecipe({}))
  expect(spec).toMatchObject({ name: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 0 })
  expect(spec.clipNorm).toBeUndefined()
  expect(spec.schedule).toMatchObject({ shape: 'constant', warmupSteps: 0 })
})

test('what a recipe says of the optimizer reaches it', () => {
  const training = {
    optimizer: 'adamw',
    learningRate: 0.01,
    beta2: 0.95,
    weightDecay: 0.1,
    clipNorm: 1,
    schedule: 'cosine',
    steps: 500,
    warmupSteps: 50,
    finalShare: 0.2,
  } as const
  expect(optimizerOf(parseRecipe({ training }))).toEqual({
    name: 'adamw',
    learningRate: 0.01,
    beta2: 0.95,
    weightDecay: 0.1,
    clipNorm: 1,
    schedule: { shape: 'cosine', steps: 500, warmupSteps: 50, finalShare: 0.2 },
  })
})

test('two recipes that differ only in the file their model is made from are two swarms', () => {
  const recipe = (digit: string) => parseRecipe({ model: { name: 'tfjs:model.json', digest: digit.repeat(64) } })
  expect(recipeHash(recipe('a'))).not.toBe(recipeHash(recipe('b')))
  expect(() => parseRecipe({ model: { digest: 'abc' } })).toThrow('64 lower-case hex digits')
})

test('a founder belongs to a swarm of the invited, and guests invite nowhere else', () => {
  const founder = `12D3KooW${'R'.repeat(44)}`
  expect(parseRecipe({}).security.membership).toBe('open')
  expect(parseRecipe({ security: { membership: 'invited', founder } }).security.founder).toBe(founder)
  expect(() => parseRecipe({ security: { membership: 'invited' } })).toThrow(/security\.founder.*'invited'/)
  expect(() => parseRecipe({ security: { founder } })).toThrow(/security\.founder.*'invited'/)
  expect(() => parseRecipe({ security: { membership: 'key', guestsInvite: true } })).toThrow(/guestsInvite/)
  expect(() => parseRecipe({ security: { membership: 'invited', founder: 'somebody' } })).toThrow(/peer id/)
})
