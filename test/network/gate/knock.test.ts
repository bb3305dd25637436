import { expect, test } from 'vitest'
import { createKnock, firstLines } from '../../../src/network/gate/knock.ts'

const RECIPE = 'a5'.repeat(32)

test('is right for who knows the recipe, and only once', () => {
  const [dialler, listener, other] = [createKnock(RECIPE), createKnock(RECIPE), createKnock(`${RECIPE.slice(0, -1)}6`)]
  const bytes = dialler.make()
  expect(other.isRight(bytes)).toBe(false)
  expect(listener.isRight(bytes)).toBe(true)
  expect(listener.isRight(bytes)).toBe(false)
  expect(listener.isRight(dialler.make())).toBe(true)
})

test('is not right when a bit of its number or of its check is changed', () => {
  const [dialler, listener] = [createKnock(RECIPE), createKnock(RECIPE)]
  const bytes = dialler.make()
  // Behind the header and the name; the last character of the text has bits that mean nothing.
  for (let i = 40; i < bytes.byteLength - 2; i++) {
    const changed = Uint8Array.from(bytes)
    changed[i] = changed[i] === 0x41 ? 0x42 : 0x41
    expect(listener.isRight(changed)).toBe(false)
  }
  expect(listener.isRight(bytes)).toBe(true)
})

test('says nothing of the recipe', () => {
  const text = Buffer.from(createKnock(RECIPE).make()).toString('latin1')
  expect(text).not.toContain(RECIPE.slice(0, 6))
  expect(text.startsWith('\x13/multistream/1.0.0\n')).toBe(true)
})

test('is found in the first two lines, however they arrive', () => {
  const knock = createKnock(RECIPE).make()
  for (let length = 0; length < knock.byteLength; length++)
    expect(firstLines(knock.subarray(0, length))).toBeUndefined()
  expect(firstLines(Buffer.concat([knock, Buffer.from('more')]))).toBe(knock.byteLength)
})

test('is not waited for where what comes is no beginning of multistream-select', () => {
  expect(firstLines(Buffer.from('GET / HTTP/1.1'))).toBe(14)
  expect(firstLines(Uint8Array.of(0))).toBe(1)
  expect(firstLines(Buffer.concat([Buffer.from('\x13/multistream/1.0.0\n'), Uint8Array.of(0xff)]))).toBe(21)
})
