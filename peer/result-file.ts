import type { RunResult } from '../src/index.ts'
import { writeOutput } from './output-file.ts'

/** Writes what `--out` asks for. */
export async function writeResult(file: string, result: RunResult): Promise<void> {
  await writeOutput('--out', file, `${JSON.stringify(result, null, 2)}\n`)
}
