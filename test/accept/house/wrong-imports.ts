import { rmSync, writeFileSync } from 'node:fs'
import { createRows, type Item } from '../row.ts'
import { ROOT, run } from '../run.ts'

/** Imports that no room of the core may make, the last one of a type. */
const WRONG: readonly (readonly [room: string, source: string])[] = [
  ['exchange', "import { createSeal } from '../seal/seal.ts'\nexport const wrong = createSeal\n"],
  ['exchange', "import { createStateSync } from '../sync/state-sync.ts'\nexport const wrong = createStateSync\n"],
  ['sync', "import { createExchange } from '../exchange/exchange.ts'\nexport const wrong = createExchange\n"],
  ['state', "import type { Seal } from '../seal/seal.ts'\nexport type Wrong = Seal\n"],
]

export const wrongImports: Item = {
  name: 'wrong-imports',
  about: 'a deliberate wrong import fails the check of rooms',
  seeds: 1,
  async run(options) {
    const rows = createRows(options)
    const clean = await run('npm', 'run', '--silent', 'check:rooms')
    rows.add({
      asked: 'npm run check:rooms passes',
      measured: /no dependency violations.*/.exec(clean.out)?.[0] ?? clean.out.slice(0, 300),
      passed: clean.code === 0,
    })
    for (const [room, source] of WRONG) {
      const file = `${ROOT}/src/gossip/${room}/deliberately-wrong.ts`
      writeFileSync(file, source)
      try {
        const { code, out } = await run('npm', 'run', '--silent', 'check:rooms')
        rows.add({
          asked: `src/gossip/${room}: ${source.split('\n')[0]}: refused`,
          measured: /error .*/.exec(out)?.[0] ?? `exit ${code}`,
          passed: code !== 0 && out.includes(`gossip/${room} imports`),
        })
      } finally {
        rmSync(file)
      }
    }
    return rows.all()
  },
}
