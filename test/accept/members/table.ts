import { type AttackedSwarm, attackedSwarm } from '../../attacks/attacked-swarm.ts'
import { type AttackRow, attackRows, floodRows, judge } from '../../attacks/rows.ts'
import { createRows, type Item, type ItemOptions } from '../row.ts'

/** The recipe's, by default: how many times as long as half of them others may take. */
const PATIENCE = 2

async function run(attacks: readonly AttackRow[], options: ItemOptions) {
  const rows = createRows(options)
  /** The same swarms that nobody attacks, by their rules. */
  const calm = new Map<AttackRow['rule'], AttackedSwarm>()
  for (const { about, before, ...row } of attacks) {
    const { attack, identities, rule } = row
    const undisturbed = calm.get(rule) ?? (await attackedSwarm({ rule }))
    calm.set(rule, undisturbed)
    const { measured, problems } = judge(row, await attackedSwarm({ attack, identities, rule }), undisturbed, PATIENCE)
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
