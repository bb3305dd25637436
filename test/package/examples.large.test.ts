import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { examples, isReadFirst, programOf } from './examples.ts'
import { execute, install, withoutOthers, writeTable } from './installed.ts'

const project = mkdtempSync(join(tmpdir(), 'hearsay-package-'))

beforeAll(async () => {
  await install(project)
  await writeTable(project)
}, 120_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

const others = examples.filter(example => example.remark === '' && !isReadFirst(example))

test.each(others)('the example of $where runs', async example => {
  writeFileSync(join(project, programOf(example)), withoutOthers(example.text))
  expect(await execute(project, programOf(example))).not.toBe('')
})
