import { createRows, type Item } from '../row.ts'
import { ROOT, run } from '../run.ts'

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
    const flags = ['--config', `${ROOT}/vitest.large.config.ts`, '--reporter', 'json']
    const { out } = await run('vitest', 'run', ...flags, 'test/large/newcomer.test.ts')
    const report: Report = JSON.parse(out.slice(out.indexOf('{"num'), out.lastIndexOf('}') + 1))
    const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    for (const [kind, those] of Map.groupBy(tests, ({ ancestorTitles: [first = ''] }) => first)) {
      const failed = those
        .filter(({ status }) => status !== 'passed')
        .map(({ title, status }) => `${title} (${status})`)
      const measured = [`${those.length - failed.length} of ${those.length} say what to do`, ...failed].join('; ')
      rows.add({ asked: kind, measured, passed: failed.length === 0 })
    }
    return rows.all()
  },
}
