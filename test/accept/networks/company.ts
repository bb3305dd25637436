import { loadavg } from 'node:os'
import { type CompanyCost, companySwarm } from '../../../bench/company-swarm.ts'
import { keepCompany } from '../../simulations/company.ts'
import { createRows, type Item, seedsOf } from '../row.ts'

/** Real swarms, and how long each may take in all: 80 peers have two cores or more for themselves, or do not come to an end in it. */
const REAL = [
  { peers: 20, limitMs: 180_000 },
  { peers: 40, limitMs: 240_000 },
  { peers: 80, limitMs: 600_000 },
] as const
const SECONDS = 15

const VIRTUAL = [
  { delay: '1-5', within: 5 },
  { delay: '5-50', within: 10 },
] as const
const VIRTUAL_PEERS = 80

const SEALED_AT_40_S = 10
const COST_AT_80 = 2

function describe({ peers, sealSeconds, hashes, training }: CompanyCost): string {
  const share = (100 * training.processorShare).toFixed(1)
  const bytes = (training.bytesOutPerSecond / 1_000).toFixed(1)
  const sealed =
    sealSeconds === null ? 'not sealed' : `sealed on ${hashes} ${sealSeconds.toFixed(1)} s after the last step`
  return `${peers} peers: each ${share} % of a core and ${bytes} kB/s out while it trains; ${sealed}; load ${loadavg()[0].toFixed(1)}`
}

/** The last acceptance line about company: what it costs, and how soon a large swarm ends. */
export const company: Item = {
  name: 'company',
  about: 'what company costs, virtual with 80 peers and real with 20, 40 and 80, and how soon they seal',
  seeds: 2,
  async run(options) {
    const rows = createRows(options)
    for (const { delay, within } of VIRTUAL) {
      for (const seed of seedsOf(options)) {
        const { sealSeconds, heardPerSecond } = await keepCompany({ peers: VIRTUAL_PEERS, delay, seed, steps: 500 })
        rows.add({
          asked: `${VIRTUAL_PEERS} virtual peers with a delay of ${delay} ms seal within ${within} s of the last step`,
          measured: `seed ${seed}: ${sealSeconds.toFixed(1)} s; each heard ${heardPerSecond.toFixed(0)} announcements a second`,
          passed: sealSeconds <= within,
        })
      }
    }
    const announced = async (peers: number) => (await keepCompany({ peers, delay: '1-5', steps: 1_500 })).heardPerSecond
    const [few, many] = [await announced(20), await announced(VIRTUAL_PEERS)]
    rows.add({
      asked: `announcements that each of ${VIRTUAL_PEERS} peers hears and verifies are at most ${COST_AT_80} times those of 20`,
      measured: `${many.toFixed(1)} and ${few.toFixed(1)} a second in 30 s of training: ${(many / few).toFixed(2)} times`,
      passed: many <= COST_AT_80 * few,
    })
    const costs: CompanyCost[] = []
    for (const { peers, limitMs } of REAL) {
      const cost = await companySwarm({ peers, seconds: SECONDS, limitMs, say: line => options.log?.(line) })
      costs.push(cost)
      const within = peers === 80 ? Number.POSITIVE_INFINITY : SEALED_AT_40_S
      rows.add({
        asked: `${peers} real peers seal ${peers === 80 ? 'at all' : `within ${within} s of the last step`}`,
        measured: describe(cost),
        passed: cost.sealSeconds !== null && cost.sealSeconds <= within && cost.hashes === 1,
      })
    }
    const [twenty, , eighty] = costs
    const ratio = eighty.training.bytesOutPerSecond / twenty.training.bytesOutPerSecond
    rows.add({
      asked: `a peer of 80 sends at most ${COST_AT_80} times what one of 20 does while it trains, exchanges and all`,
      measured: `${ratio.toFixed(2)} times`,
      passed: ratio <= COST_AT_80,
    })
    return rows.all()
  },
}
