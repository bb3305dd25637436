import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { codeBlocks } from '../docs/pages.ts'
import { hearsay } from '../peer/command-line.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const at = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url))
const { path: folder } = temporaryFolder()

test('of the tables of the tutorial init says what the page says, to the digit', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [at('examples/hives/main.ts'), folder])
  expect(stdout).toMatch(/north\.csv: 400 hives\n.*south\.csv: 300 hives\n.*new\.csv: 50 hives\n/)

  const source = `csv:${folder}/north.csv`
  const told = await hearsay('init', '--yes', '--data', source, '--out', `${folder}/recipe.json`)
  expect(told.code).toBe(0)
  const block = codeBlocks.find(
    ({ page, text }) => page === 'docs/tutorial.md' && text.startsWith('classification: predicts'),
  )
  const understood = block?.text.split('\nwrote recipe.json')[0] ?? 'no such block'
  expect((told.stdout + told.stderr).replaceAll(source, 'csv:north.csv')).toContain(understood)
})
