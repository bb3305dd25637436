import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findEncoding, readText } from '../../../src/data/table/text-encoding.ts'

async function read(pieces: readonly Uint8Array[], encoding: string): Promise<string> {
  async function* given() {
    // Whoever reads may change what it gets.
    for (const piece of pieces) yield Uint8Array.from(piece)
  }
  const read: Buffer[] = []
  for await (const piece of readText(given(), 'a.csv', encoding)) read.push(Buffer.from(piece))
  return Buffer.concat(read).toString()
}

const texts = fc.array(
  fc.oneof(fc.constantFrom('\r', '\n', '\r\n', 'a', ',', 'é', '€', '😀'), fc.string({ unit: 'grapheme' })),
)

test('a text is the same in whichever pieces it comes, and its line ends are of one kind', async () => {
  const encodings = fc.constantFrom<[string, (text: string) => Buffer]>(
    ['utf-8', text => Buffer.from(text)],
    ['utf-16le', text => Buffer.from(text, 'utf16le')],
    ['utf-16be', text => Buffer.from(text, 'utf16le').swap16()],
  )
  await fc.assert(
    fc.asyncProperty(
      texts,
      encodings,
      fc.boolean(),
      fc.integer({ min: 1, max: 5 }),
      async (letters, [encoding, encode], hasMark, size) => {
        const text = letters.join('').replaceAll('\ufeff', '')
        const bytes = encode(hasMark ? `\ufeff${text}` : text)
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        )
        expect(await read(pieces, encoding)).toBe(text.replaceAll(/\r\n?/g, '\n'))
      },
    ),
    { numRuns: 300 },
  )
})

test('a byte-order mark says the encoding, whatever else is said; without one zero bytes do, or who knows', () => {
  const utf16 = Buffer.from('x,y\n1,2\n', 'utf16le')
  expect(findEncoding('a.csv', Buffer.from('\ufeffx'), 'windows-1252')).toBe('utf-8')
  expect(findEncoding('a.csv', Buffer.from('\ufeffx', 'utf16le'), undefined)).toBe('utf-16le')
  expect(findEncoding('a.csv', utf16, undefined)).toBe('utf-16le')
  expect(findEncoding('a.csv', Buffer.from(utf16).swap16(), undefined)).toBe('utf-16be')
  expect(findEncoding('a.csv', Buffer.from('x,y'), 'shift_jis')).toBe('shift_jis')
  expect(findEncoding('a.csv', Buffer.from('x,y'), undefined)).toBe('utf-8')
})

test('what is not UTF-8 is named with its line, in whichever piece it comes', async () => {
  const bytes = Buffer.concat([Buffer.from('é,a\r\n€,b\r\nc'), Buffer.of(0xe9), Buffer.from('d,e\r\n')])
  for (const size of [1, 3, 100]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    )
    await expect(read(pieces, 'utf-8')).rejects.toThrow(
      'a.csv, row 3: found the byte 0xE9, which is not UTF-8; expected UTF-8 or UTF-16',
    )
  }
  await expect(read([Buffer.from('a,b\n€').subarray(0, -1)], 'utf-8')).rejects.toThrow(
    'row 2: found the byte 0xE2, which is not UTF-8',
  )
})

test('what is not in the encoding that was named is refused', async () => {
  await expect(read([Buffer.from([0x3d, 0xd8, 0x41, 0x00])], 'utf-16le')).rejects.toThrow(
    'a.csv: found bytes that are not UTF-16LE, after the first 0; expected a text in one encoding: name it with ?encoding=NAME',
  )
})

test('windows-1252 has a euro sign', async () => {
  expect(await read([Buffer.of(0x80, 0x92, 0xe9)], 'windows-1252')).toBe('€’é')
})
