import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { type CodeBlock, codeBlocks } from '../docs/pages.ts'
import { compile, execute, headOf, install } from './installed.ts'

const project = mkdtempSync(join(tmpdir(), 'hearsay-package-'))
let files: readonly string[] = []

/** The examples in TypeScript: of the entry points, each at its head, and of the documentation. */
const EXAMPLES: ReadonlyMap<string, CodeBlock> = new Map(
  [
    headOf('src/index.ts'),
    ...Object.keys(manifest.exports)
      .filter(entry => !['.', './package.json', './schemas/*.json'].includes(entry))
      .map(entry => headOf(`src/public/${entry.slice(2)}.ts`)),
    ...codeBlocks.filter(({ language }) => language === 'ts'),
  ].map(block => [block.where, block]),
)

const programOf = (where: string) => `${where.replaceAll(/\W+/g, '-')}.ts`

/** What is done without others, where an example waits for them. */
function withoutOthers(example: string): string {
  return example
    .replace('waitSeconds: 600', 'alone: true')
    .replace("state: './me'", `state: './${crypto.randomUUID()}'`)
}

beforeAll(async () => {
  files = await install(project)
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${4 + (i % 7) / 3},${3 + (i % 5) / 4},${i % 3 === 0 ? 'yes' : 'no'}`,
  )
  writeFileSync(join(project, 'mine.csv'), ['length,width,label', ...rows].join('\n'))
  for (const [where, { text }] of EXAMPLES) writeFileSync(join(project, programOf(where)), withoutOthers(text))
}, 120_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

test('the examples of the documentation and of every entry point compile, with the types of all libraries checked', async () => {
  await compile(project)
})

test('a program that misuses a type does not', async () => {
  writeFileSync(
    join(project, 'wrong.ts'),
    "import { createPeer } from 'hearsay'\nawait createPeer({ dta: 'digits' })\n",
  )
  await expect(compile(project)).rejects.toThrow(/wrong\.ts.*'dta' does not exist in type 'PeerOptions'/)
  rmSync(join(project, 'wrong.ts'))
})

const run = [...EXAMPLES.values()].filter(({ remark }) => remark === '')

test.concurrent.each(run)('the example of $where runs', async ({ where }) => {
  expect(await execute(project, programOf(where))).not.toBe('')
})

test('the command line runs', async () => {
  const version = await execute(project, 'node_modules/hearsay/dist/peer/hearsay.js', '--version')
  expect(version.trim()).toBe(manifest.version)
})

test('relative links in its texts lead to files that are shipped', async () => {
  const shipped = new Set(files)
  const texts = files.filter(file => file.endsWith('.md'))
  expect(texts).toContain('README.md')
  for (const text of texts) {
    const content = await readFile(join(project, 'node_modules/hearsay', text), 'utf8')
    for (const [, link] of content.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      const target = posix.normalize(posix.join(posix.dirname(text), link)).replace(/\/$/, '')
      const leads = shipped.has(target) || files.some(file => file.startsWith(`${target}/`))
      expect(leads, `${text} links to ${link}`).toBe(true)
    }
  }
})

test('no source map without its source, and no tests', () => {
  expect(files.filter(file => /\.map$|\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([])
})
