import { attackedSwarm } from '../../attacks/attacked-swarm.ts'
import { type AttackRow, attackRows, floodRows, judge } from '../../attacks/rows.ts'
import { createRows, type Item, type ItemOptions } from '../row.ts'

/** The recipe's, by default: how many times as long as half of them others may take. */
const PATIENCE = 2

async function run(attacks: readonly AttackRow[], options: ItemOptions) {
  const rows = createRows(options)
  for (const { about, before, ...row } of attacks) {
    const { attack, identities, rule } = row
    // Anew for each, because how quick a machine is changes with what else it does.
    const calm = await attackedSwarm({ rule })
    const { measured, problems } = judge(row, await attackedSwarm({ attack, identities, rule }), calm, PATIENCE)
    rows.add({ asked: `${about} (as reported: ${before})`, measured, passed: problems.length === 0 })
  }
  return rows.all()
}

export const table: Item = {
  name: 'table',
  about: 'members that lie to five honest peers: none decides, stops, or delays the seal beyond the patience',
  seeds: 1,
  run: options => run(attackRows, options),
}

export const floods: Item = {
  name: 'floods',
  about: 'what costs five honest peers connections, time and memory',
  seeds: 1,
  run: options => run(floodRows, options),
}
