import type { RunResult } from '../src/index.ts'

export async function writeResult(file: string, result: RunResult): Promise<void> {
  const { writeAtomically } = await import('../src/index.ts')
  await writeAtomically(file, `${JSON.stringify(result, null, 2)}\n`)
}
