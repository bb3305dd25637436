import { MOST_PROBLEMS } from '../../table/constants.ts'
import { count as inDigits } from '../../table/words.ts'
import { DataFileError } from '../errors.ts'

/** Something in a file that has to be mended. */
export interface Problem {
  /** The line in an editor, or the row's number, from 1; absent where it concerns the whole file. */
  readonly row?: number
  /** As messages name it: `column 2 ("age")`. */
  readonly column?: string
  /** What was found, what is expected, and what to do. */
  readonly text: string
}

/** Problems of one file, so that all can be told at once. */
export interface Problems {
  readonly count: number
  add(problem: Problem): void
  /** All as one error, a line each; undefined where there is none. */
  error(): DataFileError | undefined
}

export function createProblems(file: string): Problems {
  const told: Problem[] = []
  let count = 0
  return {
    get count() {
      return count
    },
    add(problem) {
      count++
      if (told.length < MOST_PROBLEMS) told.push(problem)
    },
    error() {
      if (count === 0) return undefined
      return count === 1
        ? new DataFileError(problemText(file, told[0]))
        : fileProblems(file, told.map(sentenceOf), count)
    },
  }
}

/**
 * The error that tells all problems of a file: in its own line each, where there are several.
 *
 * @param all how many there are, where not all are given
 */
export function fileProblems(file: string, sentences: readonly string[], all = sentences.length): DataFileError {
  if (all === 1) {
    const [only] = sentences
    return new DataFileError(`${file}${/^rows? \d/.test(only) ? ', ' : ': '}${only}`)
  }
  const listed = sentences.slice(0, MOST_PROBLEMS)
  const more = all - listed.length
  return new DataFileError(
    `${file}: ${inDigits(all)} problems:\n${listed.map(sentence => `  - ${sentence}`).join('\n')}` +
      (more > 0 ? `\n  and ${inDigits(more)} more` : ''),
  )
}

/** The problem with its place, as a line of several. */
export function sentenceOf(problem: Problem): string {
  return placeOf(problem) + problem.text
}

export function problemText(file: string, problem: Problem): string {
  const place = placeOf(problem)
  return `${file}${place === '' ? ': ' : `, ${place}`}${problem.text}`
}

/** With a colon at its end; empty where the problem is the whole file's. */
function placeOf({ row, column }: Problem): string {
  const place = [...(row === undefined ? [] : [`row ${row}`]), ...(column === undefined ? [] : [column])]
  return place.length === 0 ? '' : `${place.join(', ')}: `
}
