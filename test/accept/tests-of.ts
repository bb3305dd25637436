import { createRows, type Item } from './row.ts'
import { run, testCounts } from './run.ts'

/** An item that is what some test files show. */
export function testsOf(
  name: string,
  about: string,
  lines: readonly (readonly [asked: string, ...files: string[]])[],
): Item {
  return {
    name,
    about,
    seeds: 1,
    async run(options) {
      const rows = createRows(options)
      for (const [asked, ...files] of lines) {
        const { code, out } = await run('vitest', 'run', ...files)
        rows.add({ asked, measured: `${files.join(' ')}: ${testCounts(out)}`, passed: code === 0 })
      }
      return rows.all()
    },
  }
}
