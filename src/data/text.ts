import { stat } from 'node:fs/promises'
import { formOf, SOURCES } from '../catalogue.ts'
import { DEFAULT_CONTEXT, MAXIMUM_TEXT_BYTES, TEXT_TEST_SHARE } from './constants.ts'
import type { Dataset } from './dataset.ts'
import { DataFileError, SourceError } from './errors.ts'
import { readDataFile, unreadable } from './files.ts'
import type { DataSource } from './source.ts'
import { parseSourceArgument, type SourceArgument } from './source-argument.ts'

const FORM = formOf(SOURCES, 'text')

/**
 * A UTF-8 text as sequences of characters, each of which is to be predicted from those before it. A sample is `context`
 * characters in a row, its labels are each one's successor; samples do not overlap, and stay in the order of the text.
 * Classes are the characters that occur. The last tenth of the text is for testing.
 */
export const text: DataSource = {
  async load(argument, { samples: limit }) {
    const given = parseSourceArgument('text', argument, FORM, ['context'])
    const context = parseContext(given)
    const { characters, classNames } = indexCharacters(await readText(given.path), given.path)

    const training = characters.length - Math.floor(characters.length / TEXT_TEST_SHARE)
    const needed = TEXT_TEST_SHARE * (context + 1)
    if (characters.length - training < context + 1) {
      throw new DataFileError(
        `${given.path}: found ${characters.length} characters; expected at least ${needed} for a context of ${context}, ` +
          `as one in ${TEXT_TEST_SHARE} is for testing: take a longer text or a smaller ?context=N`,
      )
    }
    if (classNames.length < 2) {
      throw new DataFileError(
        `${given.path}: every character is ${JSON.stringify(classNames[0])}; expected two at least`,
      )
    }
    const cut = (part: Int32Array, limit?: number) => cutSequences(part, context, classNames, given.path, limit)
    return { train: cut(characters.subarray(0, training), limit), test: cut(characters.subarray(training)) }
  },
}

function parseContext({ source, get }: SourceArgument): number {
  const given = get('context') ?? String(DEFAULT_CONTEXT)
  if (/^[1-9]\d{0,5}$/.test(given)) return Number(given)
  throw new SourceError(`"${source}" says context=${given}; expected a whole number of characters of at least 1`)
}

async function readText(file: string): Promise<string> {
  const { size } = await stat(file).catch(error => {
    throw unreadable(file, error)
  })
  if (size > MAXIMUM_TEXT_BYTES) {
    throw new DataFileError(
      `${file}: the file has ${size.toLocaleString('en')} bytes; expected at most ${MAXIMUM_TEXT_BYTES.toLocaleString('en')}: ` +
        'give each peer a part of the text',
    )
  }
  const bytes = await readDataFile(file)
  if (bytes.length === 0) throw new DataFileError(`${file}: the file is empty; expected text`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new DataFileError(`${file}: this is not UTF-8; expected text in UTF-8, as editors write it`, { cause: error })
  }
}

/** The text as indices of its characters, which are sorted by code point: the same text gives the same indices anywhere. */
function indexCharacters(content: string, file: string): { characters: Int32Array; classNames: readonly string[] } {
  const codes = new Int32Array(content.length)
  let length = 0
  for (const character of content) codes[length++] = character.codePointAt(0) as number
  const characters = codes.subarray(0, length)
  const sorted = Int32Array.from(new Set(characters)).sort()
  const indexOf = new Map(Array.from(sorted, (code, index) => [code, index]))
  if (sorted.includes(0)) {
    throw new DataFileError(`${file}: found a character of code 0; expected text, and this looks like a binary file`)
  }
  return {
    characters: characters.map(code => indexOf.get(code) as number),
    classNames: Array.from(sorted, code => String.fromCodePoint(code)),
  }
}

/** @param limit of samples, from the front */
function cutSequences(
  characters: Int32Array,
  context: number,
  classNames: readonly string[],
  file: string,
  limit = Number.POSITIVE_INFINITY,
): Dataset {
  // Each sample reads one character further than it is long.
  const samples = Math.min(limit, Math.floor((characters.length - 1) / context))
  return {
    name: `text:${file}`,
    inputs: Float32Array.from(characters.subarray(0, samples * context)),
    labels: Int32Array.from(characters.subarray(1, samples * context + 1)),
    shape: [context],
    classes: classNames.length,
    classNames,
    targets: context,
  }
}
