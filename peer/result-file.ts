import type { RunResult } from '../src/index.ts'
import type { ResultDocument } from '../src/public/simulate.ts'
import { writeOutput } from './output-file.ts'
import { count } from './words.ts'

/** Writes what `--out` asks for. */
export async function writeResult(file: string, result: ResultDocument): Promise<void> {
  await writeOutput('--out', file, `${JSON.stringify(result, null, 2)}\n`)
}

/** Why a result is not that of a whole run, for people. */
export function describePartial(partial: NonNullable<RunResult['partial']>): string {
  return partial.reason === 'interrupted'
    ? 'interrupted; valid as far as it goes'
    : `diverged in round ${count(partial.round)}, at ${partial.peer}`
}
