import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import biome from '../../biome.json' with { type: 'json' }
import manifest from '../../package.json' with { type: 'json' }
import { entriesOf, KINDS, release } from '../../tools/changelog.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string) => readFile(join(ROOT, path), 'utf8')

const CHANGELOG = `# Changelog

## Unreleased

### Added

- a thing

## 0.2.0

- an older thing
`

test('what is unreleased becomes the version, and what comes next begins empty', () => {
  const released = release(CHANGELOG, '0.2.1', '0.2.0')
  expect(entriesOf(released, 'Unreleased')).toBe('')
  expect(entriesOf(released, '0.2.1')).toBe('### Added\n\n- a thing')
  expect(entriesOf(released, '0.2.0')).toBe('- an older thing')
})

test('nothing is released that says nothing, or a second time', () => {
  expect(() => release(release(CHANGELOG, '0.2.1', '0.2.0'), '0.2.2', '0.2.1')).toThrow(
    'nothing stands under Unreleased',
  )
  expect(() => release(CHANGELOG, '0.2.0', '0.1.0')).toThrow('has 0.2.0 already')
})

test.each([
  ['0.2.1', '0.2.0', false],
  ['0.3.0', '0.2.0', true],
  ['1.3.0', '1.2.0', false],
  ['2.0.0', '1.2.0', true],
])('that %s follows %s and breaks something: %s', (version, before, isAllowed) => {
  const breaking = CHANGELOG.replace('### Added', '### Breaking')
  if (isAllowed) release(breaking, version, before)
  else expect(() => release(breaking, version, before)).toThrow('stands under Breaking')
})

test('the changelog tells of this version, and sorts what is unreleased by kind', async () => {
  const changelog = await read('CHANGELOG.md')
  expect(entriesOf(changelog, manifest.version)).toBeTruthy()
  const kinds = [...(entriesOf(changelog, 'Unreleased') ?? '').matchAll(/^### (.*)$/gm)].map(([, kind]) => kind)
  expect(kinds).toEqual(KINDS.filter(kind => kinds.includes(kind)))
})

test('workflows run scripts that there are, and actions of GitHub only', async () => {
  const folder = '.github/workflows'
  for (const name of await readdir(join(ROOT, folder))) {
    const { jobs } = parse(await read(join(folder, name))) as {
      jobs: Record<string, { steps: { uses?: string; run?: string }[] }>
    }
    for (const { uses, run } of Object.values(jobs).flatMap(({ steps }) => steps)) {
      if (uses !== undefined) expect(uses).toMatch(/^actions\/[a-z-]+@v\d+$/)
      const [, script] = /^npm (?:run )?((?!ci|install|publish)[a-z:]+)/.exec(run ?? '') ?? []
      if (script !== undefined) expect(Object.keys(manifest.scripts)).toContain(script)
    }
  }
})

test('editors indent and break lines as biome does', async () => {
  const settings = await read('.editorconfig')
  const { indentStyle, indentWidth, lineWidth } = biome.formatter
  expect(settings).toContain(`indent_style = ${indentStyle}\nindent_size = ${indentWidth}\n`)
  expect(settings).toContain(`max_line_length = ${lineWidth}\n`)
})
