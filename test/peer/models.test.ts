import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, hearsay, warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const csv = folder.write('blobs.csv', blobs())
const verse = 'the quick brown fox jumps over the lazy dog; '
const text = folder.write('verse.txt', verse.repeat(60))
const dense = (shape: string) => `export default ({ layers, shape, classes }) => layers.sequential({
  layers: [layers.layers.dense({ name: 'only', units: classes, inputShape: ${shape} })],
})`

test.concurrent('text makes the task language, and in the end the model shows what it writes', async () => {
  const task = ['--data', `text:${text}?context=16`, '--model', 'language:1,2,8', '--steps', '30']
  const args = ['simulate', '--peers', '2', '--evaluate-every', '1', ...task]
  const [forPrograms, forPeople] = [await warmHearsay(...args, '--json'), await warmHearsay(...args)]
  expect(forPrograms.code, forPrograms.stderr).toBe(0)
  const { recipe, rounds, final, sample } = JSON.parse(forPrograms.stdout)
  expect(recipe.objective.task).toBe('language')
  expect(recipe.training).toMatchObject({ optimizer: 'adamw', schedule: 'cosine', steps: 30, warmupSteps: 3 })
  expect(final.merged.loss).toBeLessThan(rounds[0].merged.loss)
  expect(sample).toHaveLength(400)
  expect([...sample].every(character => verse.includes(character))).toBe(true)
  expect(forPeople.stdout).toMatch(/loss +\d\.\d{3} nats per character/)
  // The same seed gives the same words.
  expect(forPeople.stdout).toContain(`the merged model writes:\n\n  ${sample.trimEnd()}\n`)
})

test.concurrent('a peer shows what its model writes, too', async () => {
  const recipe = join(folder.path, 'language.json')
  const data = ['--data', `text:${text}?context=8`]
  const task = ['--model', 'language:1,1,4', '--steps', '2', '--rule', 'none']
  const made = await warmHearsay('init', '--yes', '--membership', 'open', '--out', recipe, ...data, ...task)
  expect(made.code, made.stderr).toBe(0)
  const loopback = ['--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns']
  const { code, stdout, stderr } = await hearsay('peer', recipe, ...data, ...loopback, '--json')
  expect(code, stderr).toBe(0)
  const events = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  const said = events.find(({ event }) => event === 'sample')
  expect(said.sample).toHaveLength(400)
  expect(stderr).toMatch(/trained alone, .*: a loss of \d\.\d{3} nats per character, accuracy/)
})

test.concurrent('a model from a module is part of the recipe, and another file of that name is refused', async () => {
  const model = folder.write('mine.mjs', dense('shape'))
  const recipe = join(folder.path, 'module.json')
  const data = ['--data', `csv:${csv}`]
  const made = await warmHearsay(
    'init',
    '--yes',
    '--out',
    recipe,
    ...data,
    '--model',
    `module:${model}`,
    '--steps',
    '20',
  )
  expect(made.code, made.stderr).toBe(0)
  const { digest } = JSON.parse(readFileSync(recipe, 'utf8')).model
  // Whoever has written the recipe has written what would run.
  const unasked = await warmHearsay('swarm', recipe, '--peers', '2', ...data)
  expect([unasked.code, unasked.stdout]).toEqual([2, ''])
  expect(unasked.stderr).toBe(
    `hearsay: ${recipe} runs the program ${model} with all your rights: look at it, and then allow it with --allow-module (the option allowModule)\n`,
  )
  const run = () => hearsay('swarm', recipe, '--peers', '2', ...data, '--json', '--allow-module')
  const { code, stdout, stderr } = await run()
  expect(code, stderr).toBe(0)
  expect(JSON.parse(stdout).recipe.model.digest).toBe(digest)

  appendFileSync(model, '\n// changed\n')
  const other = await run()
  expect(other.code).toBe(2)
  expect(other.stderr).toMatch(/^hearsay: the model module:.*mine\.mjs has the SHA-256 [0-9a-f]{64}, [^\n]*\n$/)
  expect(other.stderr).toContain(digest)
  const peer = await hearsay('peer', recipe, ...data, '--no-mdns', '--allow-module')
  expect([peer.code, peer.stderr.includes(digest)]).toEqual([2, true])
})

test.concurrent('a model that does not fit the data is refused with both shapes, before anything starts', async () => {
  const model = folder.write('other.mjs', dense('[9]'))
  const wrong: [string, RegExp][] = [
    ['cnn', /^hearsay: cnn cannot take samples of shape \[2\]: it takes images, \[height, width\][^\n]*\n$/],
    [`module:${model}`, /^hearsay: module:.*other\.mjs takes samples of shape \[9\], the data has \[2\]\n$/],
  ]
  for (const command of ['simulate', 'swarm']) {
    for (const [name, words] of wrong) {
      const { code, stdout, stderr } = await warmHearsay(
        command,
        '--peers',
        '2',
        '--data',
        `csv:${csv}`,
        '--model',
        name,
      )
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(words)
    }
  }
})

test.concurrent.each([
  ['simulate', /^hearsay: the run diverged: in round \d+ [^\n]*peer-\d[^\n]*\n$/],
  [
    'swarm',
    /^hearsay: training diverged: this peer's parameters have a norm of [\d.]+e\d+, where they began with [\d.]+\. Let the recipe \(hearsay init\) have a smaller --learning-rate, or --clip-norm 1\.\n$/,
  ],
])('%s ends with one line where training diverges', async (command, line) => {
  const absurd = ['--learning-rate', '1e30', '--steps', '50']
  const { code, stderr } = await hearsay(command, '--peers', '2', '--data', `csv:${csv}`, ...absurd, '--quiet')
  expect(stderr).toMatch(line)
  expect(code).toBe(1)
})
