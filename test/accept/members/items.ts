import { mutateStates } from '../../storage/mutations.ts'
import { createRows, type Item, lastLines } from '../row.ts'
import { run, testCounts } from '../run.ts'
import { flood } from './flood.ts'
import { strangers } from './strangers.ts'
import { floods, table } from './table.ts'

const MUTATIONS = 1_000

const files: Item = {
  name: 'files',
  about: 'state folders that were damaged, and files that lie elsewhere',
  seeds: 1,
  async run({ first = 1, ...options }) {
    const rows = createRows(options)
    const { newest, older, asAfterACrash, refused, wrong } = await mutateStates(MUTATIONS, first)
    rows.add({
      asked: `of ${MUTATIONS} mutations of a state folder each leaves the newest whole state, or a clear refusal (as reported: 74 of 75 loaded silently)`,
      measured: `newest ${newest}, older ${older}, as after a crash ${asAfterACrash}, refused ${refused}; wrong ${wrong.length}: ${wrong.slice(0, 3).join(', ')}`,
      passed: wrong.length === 0,
    })
    const weights = 'test/training/layers-model/weight-files.test.ts'
    const { code, out } = await run('vitest', 'run', weights)
    rows.add({
      asked:
        "a model whose manifest names another folder's file as weights is refused (as reported: a private key was read)",
      measured: lastLines(out),
      passed: code === 0,
    })
    return rows.all()
  },
}

const hands: Item = {
  name: 'hands',
  about: 'swarms that people start by hand',
  seeds: 1,
  async run(options) {
    const rows = createRows(options)
    for (const [asked, ...args] of [
      ['by pasting the printed line', 'test/peer/members.test.ts'],
      [
        'by name, and a latecomer; a guest is revoked in the middle of a run; by mDNS in a network namespace; by a key',
        '--config',
        'vitest.large.config.ts',
        'test/large/swarms-by-hand.test.ts',
        'test/large/members-together.test.ts',
      ],
    ] as const) {
      const { code, out } = await run('vitest', 'run', ...args)
      rows.add({
        asked,
        measured: `${args.filter(one => one.endsWith('.test.ts')).join(', ')}: ${testCounts(out)}`,
        passed: code === 0,
      })
    }
    return rows.all()
  },
}

const core: Item = {
  name: 'core',
  about: 'what held before members had to prove anything',
  seeds: 1,
  async run(options) {
    const rows = createRows(options)
    for (const [asked, ...args] of [
      ['chaos', 'run', 'accept', '--', 'together', 'chaos'],
      ['conformance', 'run', 'conformance'],
    ] as const) {
      const { code, out } = await run('npm', ...args)
      rows.add({ asked: `${asked} holds`, measured: lastLines(out), passed: code === 0 })
    }
    return rows.all()
  },
}

/**
 * The evidence that members keep strangers and liars out, in the order in which it was asked for. Its benchmarks are `npm run bench -- exchange`
 * and `overhead`, to be laid beside those of
 * before, `bench/results/`.
 */
export const members: readonly Item[] = [table, floods, strangers, flood, files, hands, core]
