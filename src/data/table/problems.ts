import { PROBLEMS_TOLD } from '../constants.ts'
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
  const told: string[] = []
  let count = 0
  return {
    get count() {
      return count
    },
    add(problem) {
      count++
      if (told.length < PROBLEMS_TOLD) told.push(problemText(file, problem))
    },
    error() {
      if (count === 0) return undefined
      const more = count - told.length
      const rest = more === 0 ? [] : [`${file}: and ${more.toLocaleString('en')} more problem${more === 1 ? '' : 's'}`]
      return new DataFileError([...told, ...rest].join('\n'))
    },
  }
}

export function problemText(file: string, { row, column, text }: Problem): string {
  const place = [file, ...(row === undefined ? [] : [`row ${row}`]), ...(column === undefined ? [] : [column])]
  return `${place.join(', ')}: ${text}`
}
