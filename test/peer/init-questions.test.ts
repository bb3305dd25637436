import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { InitFlags } from '../../peer/commands/init/flags.ts'
import { runInit } from '../../peer/commands/init/run.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { start } from './command-line.ts'

const folder = temporaryFolder()
const verse = folder.write('verse.txt', 'the quick brown fox jumps over the lazy dog; '.repeat(60))

interface Choice {
  readonly message: string
  readonly options: readonly { readonly value: string }[]
  readonly initialValue: string
}
interface Question {
  readonly message: string
  readonly defaultValue: string
  readonly validate: (given: string) => Promise<string | undefined>
}

/** The answers, by the beginning of the question; everything else takes what is offered first. */
let answers: Record<string, string> = {}
let choices: Choice[] = []
/** The offers, by question. */
let offers: Record<string, string> = {}
/** The complaints about answers. */
let complaints: string[] = []

vi.mock('@clack/prompts', () => ({
  intro() {},
  outro() {},
  isCancel: () => false,
  select: async (choice: Choice) => {
    choices.push(choice)
    return choice.initialValue
  },
  text: async ({ message, defaultValue, validate }: Question) => {
    offers[message] = defaultValue
    const given = Object.entries(answers).find(([begins]) => message.startsWith(begins))?.[1] ?? defaultValue
    const complaint = await validate(given)
    if (complaint !== undefined) complaints.push(complaint)
    return given
  },
}))

const terminals = [process.stdin, process.stderr] as { isTTY: boolean }[]
const before = terminals.map(({ isTTY }) => isTTY)
const SIGNALS = ['SIGINT', 'SIGTERM'] as const
const listening = SIGNALS.map(name => process.listeners(name))
beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  answers = {}
  choices = []
  offers = {}
  complaints = []
  for (const terminal of terminals) terminal.isTTY = true
})
afterEach(() => {
  for (const [i, terminal] of terminals.entries()) terminal.isTTY = before[i]
  for (const [i, name] of SIGNALS.entries()) {
    for (const listener of process.listeners(name)) {
      if (!listening[i].includes(listener)) process.removeListener(name, listener)
    }
  }
  vi.restoreAllMocks()
})

async function ask(data: string, flags: Partial<InitFlags> = {}) {
  answers.Data = data
  answers.File = join(folder.path, `recipe-${readdirSync(folder.path).length}.json`)
  await runInit(flags)
  return JSON.parse(readFileSync(answers.File, 'utf8'))
}

const models = () => choices.find(({ message }) => message === 'Model')?.options.map(({ value }) => value)

test('of text language models are offered, and the recipe is one of language', async () => {
  const recipe = await ask(`text:${verse}?context=8`)
  expect(models()).toEqual(['language', 'language:2,2,64'])
  expect(recipe).toMatchObject({ objective: { task: 'language' }, model: { name: 'language', shape: [8] } })
})

test('of images a CNN is offered too, and of a table not', async () => {
  await ask('digits')
  expect(models()).toEqual(['linear', 'mlp:64', 'mlp:128,64', 'cnn'])
  choices = []
  await ask(`csv:${folder.write('rows.csv', 'x,y,class\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n9,0,a\n')}`)
  expect(models()).toEqual(['linear', 'mlp:64', 'mlp:128,64'])
})

test('as many steps are offered as suit the data, and for passes that a flag says none', async () => {
  const rows = Array.from({ length: 5_000 }, (_, i) => `${i % 7},${i % 2}`)
  const csv = folder.write('many.csv', `x,class\n${rows.join('\n')}\n`)
  const steps = 'Local steps of each peer'
  expect((await ask(`csv:${csv}`)).training.steps).toBe(2_500)
  expect(offers[steps]).toBe('2500')
  await ask('digits')
  expect(offers[steps]).toBe('1000')
  offers = {}
  expect((await ask(`csv:${csv}`, { epochs: 4 })).training.steps).toBe(500)
  expect(offers).not.toHaveProperty([steps])
})

test('the task of a flag says what the label means, before anything is asked', async () => {
  const csv = folder.write(
    'grades.csv',
    `x,grade\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 5}`).join('\n')}\n`,
  )
  expect((await ask(`csv:${csv}`)).model.classes).toBe(5)
  expect((await ask(`csv:${csv}`, { task: 'regress' })).objective.task).toBe('regress')
})

test('it is asked who may join; whoever only answers founds a swarm to which people are invited', async () => {
  const recipe = await ask('digits')
  const asked = choices.find(({ message }) => message === 'Who may join')
  expect(asked?.options.map(({ value }) => value)).toEqual(['open', 'invited', 'key'])
  expect(recipe.security).toMatchObject({ membership: 'invited', founder: expect.stringMatching(/^12D3KooW/) })
  choices = []
  expect((await ask('digits', { membership: 'open' })).security.membership).toBe('open')
  expect(choices.map(({ message }) => message)).not.toContain('Who may join')
})

test.each(['diloco', 'gossip'])(
  'a swarm that clips may average by %s, and an unknown aggregator is refused',
  async rule => {
    const { averaging } = await ask('digits', { rule, aggregator: 'clipped' })
    expect(averaging).toMatchObject({ rule, aggregator: 'clipped' })
    await expect(ask('digits', { rule, aggregator: 'clip' })).rejects.toThrow('unknown aggregator "clip"')
  },
)

test('data that the model of a flag cannot learn from are refused where they are named', async () => {
  await ask(`text:${verse}`, { model: 'mlp:64' }).catch(() => {})
  expect(complaints).toEqual([expect.stringMatching(/^mlp:64 cannot take samples of shape \[64\]: /)])
})

test('data are loaded once', async () => {
  const counter = folder.write(
    'counter.mjs',
    `export default () => {
       globalThis.timesLoaded = (globalThis.timesLoaded ?? 0) + 1
       return { inputs: new Float32Array(20), labels: Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1, 0, 1), shape: [2], classes: 2 }
     }`,
  )
  await ask(`module:${counter}`)
  expect((globalThis as { timesLoaded?: number }).timesLoaded).toBe(1)
})

test('who interrupts init while it loads leaves no rows behind', async () => {
  const kept = join(folder.path, 'kept')
  const sources = join(import.meta.dirname, '../../src/data/sources.ts')
  const slow = folder.write(
    'slow.mjs',
    `import { mkdirSync } from 'node:fs'
     import { loadDataset } from ${JSON.stringify(sources)}
     mkdirSync(${JSON.stringify(kept)})
     process.env.TMPDIR = ${JSON.stringify(kept)}
     export default async options => {
       await loadDataset('csv:${folder.write('few.csv', 'x,c\n1,a\n2,b\n3,a\n4,b\n5,a\n')}', { ...options, memoryLimitBytes: 0 })
       console.error('stored')
       await new Promise(resolve => setTimeout(resolve, 60_000))
     }`,
  )
  const running = start(['init', '--yes', '--data', `module:${slow}`, '--out', join(folder.path, 'never.json')])
  await running.printed(/stored/)
  expect(readdirSync(kept)).toHaveLength(1)
  running.signal('SIGINT')
  await running.printed(/stopping cleanly/)
  running.signal('SIGINT')
  expect((await running.finished).code).toBe(130)
  expect(readdirSync(kept)).toEqual([])
})
