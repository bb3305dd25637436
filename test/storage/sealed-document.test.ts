import { expect, test } from 'vitest'
import { sealDocument, unsealDocument } from '../../src/storage/sealed-document.ts'

const text = '{"seed":17,"parts":[0.25,-1]}\n'

test('a document is JSON with its checksum, and comes back as it was', () => {
  expect(JSON.parse(sealDocument(text))).toEqual({
    checksum: expect.stringMatching(/^[0-9a-f]{8}$/),
    seed: 17,
    parts: [0.25, -1],
  })
  expect(unsealDocument(sealDocument(text))).toBe(text)
})

test('one without a checksum, as older versions wrote it, is as it is', () => {
  expect(unsealDocument(text)).toBe(text)
})

test('one in which a single bit is another is not read, or says the same', () => {
  const bytes = Buffer.from(sealDocument(text))
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] ^= 1 << (bit & 7)
    const read = unsealDocument(changed.toString())
    let content: unknown
    try {
      content = read === undefined ? undefined : JSON.parse(read)
    } catch {
      content = undefined
    }
    if (content !== undefined) expect([bit, content]).toEqual([bit, expect.objectContaining(JSON.parse(text))])
  }
})
