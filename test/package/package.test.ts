import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { examples, isReadFirst, programOf } from './examples.ts'
import { compile, execute, install, installedProgram, withoutOthers, writeTable } from './installed.ts'

const project = mkdtempSync(join(tmpdir(), 'hearsay-package-'))
let files: readonly string[] = []

beforeAll(async () => {
  files = await install(project)
  await writeTable(project)
  for (const example of examples) writeFileSync(join(project, programOf(example)), withoutOthers(example.text))
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

test.concurrent.each(examples.filter(isReadFirst))('the example of $where runs', async example => {
  expect(await execute(project, programOf(example))).not.toBe('')
})

test('the command line runs', async () => {
  const version = await execute(project, installedProgram, '--version')
  expect(version.trim()).toBe(manifest.version)
})

test('reports and the dashboard bring their charts along, with the licences of what was built in', async () => {
  const report = join(project, 'report.html')
  const simulation = ['simulate', '--task', 'consensus', '--peers', '4', '--rounds', '3', '--report', report]
  await execute(project, installedProgram, ...simulation)
  expect(await readFile(report, 'utf8')).toContain('<path')
  const built = 'node_modules/hearsay/dist'
  writeFileSync(
    join(project, 'page.js'),
    `import { readPageFiles } from './${built}/peer/dashboard/page-files.js'
     process.stdout.write((await readPageFiles()).get('/echarts.js').content)`,
  )
  const served = await execute(project, 'page.js')
  expect(served).toBe(await readFile(join(project, built, 'charts/echarts.js'), 'utf8'))
  expect(served).not.toMatch(/\bfrom\s*["']|\bimport\s*["'(]/)
  const licences = await readFile(join(project, built, 'charts/LICENSES.txt'), 'utf8')
  expect(licences.match(/(?<=^=== ).*/gm)?.sort()).toEqual(['echarts', 'tslib', 'zrender'])
})

test('images without sharp end with one line that says what to type', async () => {
  for (const label of ['cat', 'dog']) {
    mkdirSync(join(project, 'photos', label), { recursive: true })
    writeFileSync(join(project, 'photos', label, '1.png'), '')
  }
  const ended = execute(project, installedProgram, 'peer', '--alone', '--data', 'images:photos')
  await expect(ended).rejects.toMatchObject({
    code: 2,
    stderr: 'hearsay: images: needs sharp, which is not installed; to install it: npm install sharp\n',
  })
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

test('no source map without its source, no tests, and no types that nobody can import', () => {
  expect(files.filter(file => /\.map$|\.test\.|(?<!\.d)\.ts$|^dist\/(peer|charts)\/.*\.d\.ts$/.test(file))).toEqual([])
})
