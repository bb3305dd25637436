import { expect, test } from 'vitest'
import { startProgram } from '../peer/command-line.ts'

test('the storage does all that hearsay asks of one', async () => {
  const { code, stdout } = await startProgram('examples/own-storage/check.ts', []).finished
  expect(stdout).toMatch(/pass 12\b/)
  expect({ code, failed: /fail (\d+)/.exec(stdout)?.[1] }).toEqual({ code: 0, failed: '0' })
})
