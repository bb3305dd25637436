import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultRecipe } from '../../src/recipe/recipe.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const { path } = folder

test('flags of the optimizer and its schedule reach the recipe', async () => {
  const file = join(path, 'recipe.json')
  const flags = [
    ['--optimizer', 'adamw'],
    ['--weight-decay', '0.1'],
    ['--clip-norm', '1'],
    ['--schedule', 'cosine'],
    ['--warmup-steps', '20'],
    ['--steps', '200'],
    ['--steps-per-exchange', 'auto'],
  ].flat()
  expect(await warmHearsay('init', '--yes', ...flags, '--out', file)).toMatchObject({ code: 0 })
  const { training, exchange } = JSON.parse(readFileSync(file, 'utf8'))
  expect(training).toMatchObject({
    optimizer: 'adamw',
    weightDecay: 0.1,
    clipNorm: 1,
    schedule: 'cosine',
    warmupSteps: 20,
    steps: 200,
  })
  expect(exchange.localSteps).toBe('auto')
})

/** `training.steps`, and what it says, of every field. */
function fieldsOf(recipe: object): [string, string][] {
  return Object.entries(recipe).flatMap(([room, fields]) =>
    Object.entries(fields).map(([field, value]): [string, string] => [`${room}.${field}`, JSON.stringify(value)]),
  )
}

test('every field of a recipe has a flag, apart from what the data say', async () => {
  const file = join(path, 'all.json')
  const flags = [
    ['--model', 'linear'],
    ['--topology', 'ring'],
    ['--rule', 'noloco'],
    ['--aggregator', 'clipped'],
    ['--weights', 'samples'],
    ['--optimizer', 'adamw'],
    ['--learning-rate', '0.01'],
    ['--momentum', '0.5'],
    ['--beta2', '0.99'],
    ['--weight-decay', '0.1'],
    ['--schedule', 'linear'],
    ['--warmup-steps', '20'],
    ['--final-share', '0.2'],
    ['--batch', '8'],
    ['--steps', '200'],
    ['--seed', '7'],
    ['--local-steps', '5'],
    ['--standardise'],
    ['--compression', 'int8'],
    ['--consensus-distance', '0.01'],
    ['--min-peers', '3'],
    ['--patience', '1.5'],
    ['--maximum-norm', '1000'],
    ['--membership', 'key'],
  ].flat()
  expect(await warmHearsay('init', '--yes', ...flags, '--out', file)).toMatchObject({ code: 0 })
  const written = new Map(fieldsOf(JSON.parse(readFileSync(file, 'utf8'))))
  const { hearsay: _format, ...rooms } = defaultRecipe
  const asBefore = fieldsOf(rooms).filter(([field, value]) => written.get(field) === value)
  expect(asBefore.map(([field]) => field)).toEqual(['model.shape', 'model.classes', 'objective.task'])
})

test('init writes the recipe of those who have none, where anyone may join; without flags, whom the founder invites', async () => {
  const [open, invited] = [join(path, 'open.json'), join(path, 'invited.json')]
  expect(await warmHearsay('init', '--yes', '--membership', 'open', '--out', open)).toMatchObject({ code: 0 })
  expect(JSON.parse(readFileSync(open, 'utf8'))).toEqual(defaultRecipe)
  expect(await warmHearsay('init', '--yes', '--out', invited)).toMatchObject({ code: 0 })
  const { security, ...rest } = JSON.parse(readFileSync(invited, 'utf8'))
  const { security: anyone, ...same } = defaultRecipe
  expect(rest).toEqual(same)
  expect(security).toEqual({ ...anyone, membership: 'invited', founder: expect.stringMatching(/^12D3KooW\w{44}$/) })
})

test.each([
  [[], 300, 'as few as make sense'],
  [['--batch', '2'], 1600, '20 passes over 160 rows'],
  [['--epochs', '40'], 200, '40 passes'],
  [['--epochs', '0.5', '--batch', '10'], 8, 'half a pass'],
])('init with %j for a small file writes %d steps: %s', async (flags, steps) => {
  const csv = folder.write('blobs.csv', blobs())
  const args = ['--yes', '--force', '--data', `csv:${csv}`, ...flags, '--out', join(path, 'fitted.json')]
  const { code, stdout } = await warmHearsay('init', ...args, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout).recipe.training.steps).toBe(steps)
})

test('a text is passed over three times, and a warm-up that is given may be longer than the default training', async () => {
  const text = folder.write('verse.txt', 'the quick brown fox jumps over the lazy dog; '.repeat(500))
  const args = ['--yes', '--data', `text:${text}?context=4`, '--out', join(path, 'verse.json')]
  const { code, stdout } = await warmHearsay('init', ...args, '--warmup-steps', '1200', '--json')
  expect(code).toBe(0)
  const { steps, batch } = JSON.parse(stdout).recipe.training
  expect([steps, batch]).toEqual([Math.ceil((3 * Math.floor(20_250 / 4)) / 8), 8])
})

test('the flag for steps between exchanges has two names', async () => {
  const recipes = await Promise.all(
    ['--steps-per-exchange', '--local-steps'].map(async (flag, i) => {
      const file = join(path, `recipe-${i}.json`)
      expect(await warmHearsay('init', '--yes', flag, '7', '--membership', 'open', '--out', file)).toMatchObject({
        code: 0,
      })
      return JSON.parse(readFileSync(file, 'utf8'))
    }),
  )
  expect(recipes[0].exchange.localSteps).toBe(7)
  expect(recipes[1]).toEqual(recipes[0])
})

test.each([
  [
    ['--steps-per-exchange', '0'],
    /--steps-per-exchange.* cannot be '0'; expected a whole number of at least 1, or auto/i,
  ],
  [['--steps-per-exchange', 'often'], /expected a whole number of at least 1, or auto/i],
  [['--weight-decay', '-1'], /--weight-decay <F> cannot be '-1'; expected a number of at least 0/],
  [['--clip-norm', '0'], /--clip-norm <F> cannot be '0'; expected a number above 0/],
  [['--schedule', 'steps'], /accepted are constant, cosine, linear/],
  [['--optimizer', 'rmsprop'], /accepted are sgd, adam, adamw/],
  [['--min-peers', '0'], /--min-peers <N> cannot be '0'; expected a whole number of at least 1/],
  [['--patience', '0.9'], /--patience <F> cannot be '0.9'; expected a number of at least 1/],
  [['--final-share', '1.1'], /--final-share <F> cannot be '1.1'; expected a number from 0 to 1/],
  [['--epochs', '0'], /--epochs <E> cannot be '0'; expected a number above 0/],
  [['--epochs', '3'], /--epochs counts passes over data, which --data SOURCE names/],
  [['--epochs', '3', '--steps', '3'], /'--epochs <E>' cannot be used with option '--steps <N>'/],
  [['--warmup-steps', '300', '--steps', '200'], /field training\.warmupSteps: more than there are steps/],
])('%j is refused in one line', async (flags, message) => {
  const { code, stderr } = await warmHearsay('init', '--yes', ...flags, '--out', join(path, 'never.json'))
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
  expect(stderr.trim().split('\n').length).toBe(1)
})

test.each(['--steps-per-exchange', '--local-steps', '--weight-decay', '--schedule', '--min-peers', '--patience'])(
  'a peer says of %s that it would change the recipe',
  async flag => {
    const { code, stderr } = await warmHearsay('peer', flag, '7')
    expect(code).toBe(2)
    expect(stderr).toContain("would change the recipe, which is the swarm's identity")
  },
)

test('a simulation counts rounds where peers choose the steps between exchanges', async () => {
  const args = [
    '--peers',
    '3',
    '--rounds',
    '4',
    '--model',
    'linear',
    '--steps-per-exchange',
    'auto',
    '--backend',
    'cpu',
  ]
  const { code, stdout, stderr } = await warmHearsay('simulate', ...args, '--json')
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  const { recipe, final } = JSON.parse(stdout)
  expect(recipe.training.steps).toBe(40)
  expect(recipe.exchange.localSteps).toBe('auto')
  expect(final.round).toBe(4)
})
