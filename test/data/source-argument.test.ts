import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shellWords } from '../../peer/shell-words.ts'
import { SourceError } from '../../src/data/errors.ts'
import { parseSourceArgument, type SourceArgument, writeSource } from '../../src/data/source-argument.ts'

const FORM = 'csv:FILE[?label=COLUMN]'
const KEYS = ['label', 'sep', 'missing']

function parse(source: string): SourceArgument {
  const [kind, argument] = [source.slice(0, source.indexOf(':')), source.slice(source.indexOf(':') + 1)]
  return parseSourceArgument(kind, argument, FORM, KEYS, ['label', 'missing'])
}

test.each<[source: string, path: string, label: string[] | undefined, sep?: string]>([
  ['csv:a.csv', 'a.csv', undefined],
  ['csv:a.csv?', 'a.csv', undefined],
  ['csv:a.csv?label=x', 'a.csv', ['x']],
  ['csv:a.csv?label=x&sep=;', 'a.csv', ['x'], ';'],
  ['csv:a.csv?sep=%09&label=a%20b', 'a.csv', ['a b'], '\t'],
  // A plus is a plus, and a per cent sign is one where no code follows.
  ['csv:a.csv?label=CD4+ 100%', 'a.csv', ['CD4+ 100%']],
  ['csv:a.csv?label=%C3', 'a.csv', ['%C3']],
  ['csv:a.csv?label=salt %26 pepper%23%3d', 'a.csv', ['salt & pepper#=']],
  ['csv:a.csv?label=x,y', 'a.csv', ['x', 'y']],
  ['csv:a.csv?label=x&label=y', 'a.csv', ['x', 'y']],
  ['csv:a.csv?label=the%2C class,y', 'a.csv', ['the, class', 'y']],
  ['csv:a.csv?label=a=b', 'a.csv', ['a=b']],
  ['csv:a.csv?label=really?', 'a.csv', ['really?']],
  ['csv:what?.csv', 'what?.csv', undefined],
  ['csv:what?.csv?label=x', 'what?.csv', ['x']],
  ['csv:a%3Flabel=b.csv', 'a?label=b.csv', undefined],
  // Other codes in paths are part of the file's name.
  ['csv:50%20off.csv', '50%20off.csv', undefined],
])('%s is understood', (source, path, label, sep) => {
  const given = parse(source)
  expect({ path: given.path, label: given.list('label'), sep: given.get('sep') }).toEqual({ path, label, sep })
})

test.each([
  ['csv:', '"csv:" names no file; expected csv:FILE[?label=COLUMN]'],
  ['csv:?label=x', '"csv:?label=x" names no file; expected csv:FILE'],
  [
    'csv:a?lable=x',
    '"csv:a?lable=x" has the unknown parameter "lable"; expected csv:FILE[?label=COLUMN]; did you mean label?',
  ],
  ['csv:a?label=x&colour=red', 'has the unknown parameter "colour"; expected csv:FILE[?label=COLUMN]'],
  ['csv:a?sep=;&sep=,', '"csv:a?sep=;&sep=," says sep twice; expected csv:FILE'],
])('%s is refused', (source, message) => {
  expect(() => parse(source)).toThrow(SourceError)
  expect(() => parse(source)).toThrow(message)
})

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.string({ unit: fc.constantFrom(...'a?&=%+#, \t25;\'"$', '%3F', '%25', '%2c'), minLength: 1 }),
)
const sources = fc.record({
  path: text,
  label: fc.option(fc.array(text, { minLength: 1 }), { nil: undefined }),
  sep: fc.option(text, { nil: undefined }),
})

test('what is written as a source is read as it was', () => {
  fc.assert(
    fc.property(sources, ({ path, label, sep }) => {
      const written = writeSource('csv', path, { label, sep, missing: [] })
      const given = parse(written)
      expect({ path: given.path, label: given.list('label'), sep: given.get('sep') }).toEqual({ path, label, sep })
      // Of a kind without parameters too.
      expect(parseSourceArgument('idx', writeSource('idx', path).slice(4), FORM).path).toBe(path)
    }),
    { numRuns: 2_000 },
  )
})

test('a shell gives it on as it was written', () => {
  const words = ["a b.csv?label=it's%26", 'x?missing=*&sep=;', '$HOME?sep=`ls`', 'a\\b!'].map(word => `csv:${word}`)
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\n' ${shellWords(words)}`], { encoding: 'utf8' })
  expect(stdout.trimEnd().split('\n')).toEqual(words)
})
