import { existsSync, readFileSync } from 'node:fs'
import { createRows, type Item, lastLines } from '../row.ts'
import { run } from '../run.ts'
import { withFolder } from '../running-process.ts'

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[]
      readonly title: string
      readonly status: string
    }[]
  }[]
}

/** Whatever a newcomer is likely to meet, a row for each kind. */
export const errors: Item = {
  name: 'errors',
  about: 'whatever a newcomer is likely to meet says what to do',
  seeds: 1,
  async run(options) {
    const rows = createRows(options)
    const report = await withFolder(async path => {
      const file = path('report.json')
      const flags = ['--config', 'vitest.large.config.ts', '--reporter', 'json', '--outputFile', file]
      const { out } = await run('vitest', 'run', ...flags, 'test/large/newcomer.test.ts')
      if (!existsSync(file)) throw new Error(`the tests did not end: ${lastLines(out)}`)
      return JSON.parse(readFileSync(file, 'utf8')) as Report
    })
    const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    for (const [kind, those] of Map.groupBy(tests, ({ ancestorTitles: [kind], title }) => kind ?? title)) {
      const failed = those
        .filter(({ status }) => status !== 'passed')
        .map(({ title, status }) => `${title} (${status})`)
      const measured = [`${those.length - failed.length} of ${those.length} say what to do`, ...failed].join('; ')
      rows.add({ asked: kind, measured, passed: failed.length === 0 })
    }
    return rows.all()
  },
}
