import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeBlocks } from '../docs/pages.ts'
import { execute, install, withoutOthers, writeTable } from './installed.ts'

const project = mkdtempSync(join(tmpdir(), 'hearsay-package-'))
const examples = codeBlocks.filter(
  ({ language, remark, page }) => language === 'ts' && remark === '' && page.startsWith('docs/'),
)

beforeAll(async () => {
  await install(project)
  await writeTable(project)
}, 120_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

test.each(examples)('the example of $where runs', async ({ text }) => {
  const program = `${crypto.randomUUID()}.ts`
  writeFileSync(join(project, program), withoutOthers(text))
  expect(await execute(project, program)).not.toBe('')
})
