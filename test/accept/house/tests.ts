import { createRows, type Item } from '../row.ts'
import { run, testCounts } from './run.ts'

/** An item that is what some test files show. */
function testsOf(name: string, about: string, lines: readonly (readonly [asked: string, ...files: string[]])[]): Item {
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

export const parity = testsOf('parity', 'every live rule is its matrix form; the proof rule runs over sockets', [
  ['a row of parity for every live rule, and broken cores are noticed', 'test/averaging/live-parity.test.ts'],
  ['age-weighted gossip among real peers, over sockets', 'test/acceptance/by-age.test.ts'],
  [
    'its exchanges, whole and cut at every message, over both networks',
    'test/gossip/exchange/exchange-compliance.test.ts',
    'test/network/exchange-over-sockets.test.ts',
  ],
  ['the wiring of the core holds nothing', 'test/gossip/wiring.test.ts'],
])

export const packaged = testsOf('package', 'the package as others have it', [
  ["packed, installed, README's and every entry's examples compiled without skipLibCheck, and run", 'test/package'],
])
