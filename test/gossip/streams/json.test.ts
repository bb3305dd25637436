import { expect, test } from 'vitest'
import { MAX_CONTROL_BYTES, MAX_NESTING } from '../../../src/gossip/streams/constants.ts'
import { parseJson } from '../../../src/gossip/streams/json.ts'

const bytes = (text: string) => Buffer.from(text)
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

test('takes documents as deep as any that peers have to say, and none that is deeper', () => {
  expect(parseJson(bytes(nested(MAX_NESTING)))).toBeInstanceOf(Array)
  expect(() => parseJson(bytes(nested(MAX_NESTING + 1)))).toThrow('nested')
  expect(() => parseJson(bytes(nested(MAX_CONTROL_BYTES / 2)))).toThrow('nested')
  expect(() => parseJson(bytes(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`))).toThrow('nested')
})

test('does not take brackets in strings for levels', () => {
  const text = `${'['.repeat(100)}\\"{`
  expect(parseJson(bytes(JSON.stringify({ text })))).toEqual({ text })
  expect(parseJson(bytes(JSON.stringify(['\\', ['"[[']])))).toEqual(['\\', ['"[[']])
})

test('refuses what is not JSON, or not UTF-8', () => {
  expect(() => parseJson(bytes('{'))).toThrow()
  expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow()
})
