import { attackedSwarm } from '../../attacks/attacked-swarm.ts'
import { createRows, type Item, type ItemOptions } from '../row.ts'

/** The swarm is there for as long as strangers try. */
const STEPS = 300

async function run(options: ItemOptions) {
  const rows = createRows(options)
  const { attacker, sealed } = await attackedSwarm({ attack: 'stranger', steps: STEPS })
  const done = attacker.some(({ event }) => event === 'done')
  for (const { event, name, said, announcements, merged } of attacker) {
    if (event !== 'loot') continue
    rows.add({
      asked: `a stranger with ${name} gets 0 bytes of an invited swarm, and has 0 bytes merged`,
      measured: `recipe and parameters ${said}, announcements ${announcements}, merged ${merged}`,
      passed: Number(said) + Number(announcements) + Number(merged) === 0,
    })
  }
  rows.add({
    asked: 'all of them have tried, and the swarm has sealed',
    measured: `${done ? 'all' : 'not all'} have, and it sealed after ${sealed.toFixed(1)} s`,
    passed: done && Number.isFinite(sealed),
  })
  return rows.all()
}

export const strangers: Item = {
  name: 'strangers',
  about: 'an invited swarm gives strangers nothing, and takes nothing from them',
  seeds: 1,
  run,
}
