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
      if (count === 1) return new DataFileError(problemText(file, told[0]))
      const more = count - told.length
      const lines = told.map(problem => `  - ${placeOf(problem)}${problem.text}`)
      if (more > 0) lines.push(`  and ${inDigits(more)} more`)
      return new DataFileError(`${file}: ${inDigits(count)} problems:\n${lines.join('\n')}`)
    },
  }
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
