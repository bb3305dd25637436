import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { warmHearsay } from './command-line.ts'

const { path } = temporaryFolder()

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

test('the flag for steps between exchanges has two names', async () => {
  const recipes = await Promise.all(
    ['--steps-per-exchange', '--local-steps'].map(async (flag, i) => {
      const file = join(path, `recipe-${i}.json`)
      expect(await warmHearsay('init', '--yes', flag, '7', '--out', file)).toMatchObject({ code: 0 })
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
  [['--warmup-steps', '300', '--steps', '200'], /field training\.warmupSteps: more than there are steps/],
])('%j is refused in one line', async (flags, message) => {
  const { code, stderr } = await warmHearsay('init', '--yes', ...flags, '--out', join(path, 'never.json'))
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
  expect(stderr.trim().split('\n').length).toBe(1)
})

test.each(['--steps-per-exchange', '--local-steps', '--weight-decay', '--schedule'])(
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
