import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { buildProgram } from '../../peer/program.ts'
import { parseRecipeOf } from '../../peer/recipe-file.ts'
import { parseAggregator, parseAttack, parseCodec, parseRule, parseTopology } from '../../src/public/algorithms.ts'
import { parseBackend, parseModel } from '../../src/public/models.ts'
import { parsePartition, parseSweep } from '../../src/public/simulate.ts'
import { type CodeBlock, codeBlocks, ROOT } from './pages.ts'
import { argumentsOfHearsay, commandsIn, filledIn } from './shell.ts'

/** The languages of blocks, and who makes sure that what they say is so. */
const CHECKED = {
  /** Here: every command, every option and every value is one of the program's; and `npm run accept -- see docs` runs it. */
  sh: 'here',
  console: 'here',
  json: 'here',
  /** test/package compiles and runs them, as somebody who has installed the package. */
  ts: 'test/package',
  /** test/examples/using-the-model.test.ts runs them. */
  js: 'docs/using-the-model.md',
  python: 'docs/using-the-model.md',
  /** Not for machines, or for those of others. */
  text: 'nobody',
  mermaid: 'nobody',
  yaml: 'nobody',
  r: 'nobody',
} as const

const inLanguage = (...languages: readonly string[]) =>
  codeBlocks.filter(({ language }) => language !== undefined && languages.includes(language))

test('every block of code says in what language it is', () => {
  const others = codeBlocks.filter(({ language }) => !Object.hasOwn(CHECKED, language ?? ''))
  expect(others.map(({ where, language }) => `${where}: ${language}`)).toEqual([])
})

/** Blocks of the tutorial are typed by test/large/tutorial.test.ts; others that are not run say why. */
const REMARK = /^not run: \S|^(typed|printed) in terminal \d$/

test('every block that is not run says why', () => {
  const silent = codeBlocks.filter(({ remark }) => remark !== '' && !REMARK.test(remark))
  expect(silent.map(({ where, remark }) => `${where}: ${remark}`)).toEqual([])
})

test('what is typed in terminals is on the page whose terminals are opened', () => {
  const inTerminals = codeBlocks.filter(({ remark }) => remark.includes(' in terminal '))
  for (const { where, page } of inTerminals) expect(page, where).toBe('docs/tutorial.md')
})

test('JavaScript and Python that are run are on the page whose code is', () => {
  const run = inLanguage('js', 'python').filter(({ remark }) => remark === '')
  for (const { where, page } of run) expect(page, where).toBe(CHECKED.js)
})

/** The text that is typed in a block: of a session all that follows a prompt. */
function typedIn({ language, text }: CodeBlock): string {
  if (language !== 'console') return text
  const typed = text.split('\n').filter(line => line.startsWith('$ '))
  return typed.map(line => line.slice(2)).join('\n')
}

/** Reads values that the command line leaves to those who use them. */
const READERS: Readonly<Record<string, (value: string) => unknown>> = {
  topology: value => value.startsWith('file:') || parseTopology(value, { seed: '' }),
  rule: value => parseRule(value, { aggregator: parseAggregator('mean'), codec: parseCodec('none') }),
  aggregator: parseAggregator,
  attack: parseAttack,
  compression: value => value === 'auto' || parseCodec(value),
  partition: parsePartition,
  model: parseModel,
  backend: parseBackend,
}

/** Has the program read the arguments, up to where it would do something. */
async function requireAccepted(args: readonly string[]): Promise<void> {
  const program = await buildProgram(args, () => {})
  let isReached = false
  for (const command of program.commands) {
    command.action(() => {
      isReached = true
      const flags = command.opts<Record<string, unknown>>()
      for (const [name, read] of Object.entries(READERS)) if (typeof flags[name] === 'string') read(flags[name])
    })
  }
  await program.parseAsync(args, { from: 'user' })
  expect(isReached).toBe(true)
}

/** @throws where a command of the repository's is none */
async function requireKnown(command: readonly string[]): Promise<void> {
  const args = argumentsOfHearsay(command)
  if (args !== undefined) return await requireAccepted(args)
  const [program, verb, name] = command
  if (program === 'npm' && verb === 'run') expect(Object.keys(manifest.scripts)).toContain(name)
  if (program === 'node' || (program === 'npx' && verb === 'vitest') || (program === 'npm' && verb === 'test')) {
    // What is given to tests is the beginning of a path.
    const paths = command.slice(1).filter(word => /^(test|examples)\//.test(word))
    for (const path of paths)
      expect(existsSync(join(ROOT, path)) || globSync(`${path}*`, { cwd: ROOT }).length > 0, path).toBe(true)
  }
}

describe('what is to be typed can be', () => {
  test.each(inLanguage('sh', 'console'))('$where', async block => {
    const commands = await commandsIn(filledIn(typedIn(block)))
    expect(commands.length).toBeGreaterThan(0)
    for (const command of commands) {
      await requireKnown(command).catch(error => {
        throw new Error(`${block.where}: ${command.join(' ')}: ${error.message}`)
      })
    }
  })

  test('by every shell: where a source has parameters it is quoted, because some take ? for a pattern of files', () => {
    const bare = /(?<!['"])\b(csv|parquet|npy|text|images):[^\s'"]*\?\w+=/
    expect('hearsay schema --data csv:mine.csv?label=y').toMatch(bare)
    for (const { where, text } of inLanguage('sh', 'console')) expect(text, where).not.toMatch(bare)
  })

  test('and what cannot be is found', async () => {
    const complaintOf = async (block: string) => {
      try {
        for (const command of await commandsIn(filledIn(block))) await requireKnown(command)
      } catch (error) {
        return String(error)
      }
    }
    expect(await complaintOf('hearsay peer --colour red')).toMatch("unknown option '--colour'")
    expect(await complaintOf('hearsay fly')).toMatch("unknown command 'fly'")
    expect(await complaintOf('npm run hearsay -- swarm --peers many')).toMatch('Expected a whole number')
    expect(await complaintOf('hearsay swarm --peers 4 --topology circle')).toMatch('circle')
    expect(await complaintOf('npm run nothing')).toMatch('nothing')
    expect(await complaintOf('npx vitest run test/nowhere.test.ts')).toMatch('test/nowhere.test.ts')
    expect(await complaintOf("hearsay peer 'open")).toBeDefined()
    expect(await complaintOf('hearsay simulate --peers 4 # and more')).toBeUndefined()
  })
})

describe('what is to be written in JSON can be read', () => {
  test.each(inLanguage('json'))('$where', async ({ where, text }) => {
    const document = JSON.parse(text) as Readonly<Record<string, unknown>>
    if (typeof document.$schema === 'string') await parseRecipeOf(where, document)
    if ('grid' in document) expect(parseSweep(document, await flagsOfSimulate(), where).length).toBeGreaterThan(1)
  })

  async function flagsOfSimulate(): Promise<string[]> {
    const program = await buildProgram(['simulate'], () => {})
    const options = program.commands.find(command => command.name() === 'simulate')?.options ?? []
    return options.flatMap(({ long }) => long?.slice(2) ?? [])
  }
})
