import { loadavg } from 'node:os'
import type { Benchmark, Row } from './benchmark.ts'
import { type CompanyCost, companySwarm, type PeerCost } from './company-swarm.ts'

/** 80 take some minutes of all cores: `HEARSAY_COMPANY=10,20,40,80`. */
const SIZES = (process.env.HEARSAY_COMPANY ?? '10,20,40').split(',').map(Number)

const SECONDS = 15
const LIMIT_MS = 180_000

/**
 * What company costs: real peers on this machine, five in a process, that train a tiny model and then agree. Said of each: its share of a core,
 * and its bytes. All share the machine's cores, so beyond what those carry the shares are of what there was.
 */
export const company: Benchmark = async say => {
  const costs: CompanyCost[] = []
  for (const peers of SIZES) {
    const cost = await companySwarm({ peers, seconds: SECONDS, limitMs: LIMIT_MS, say })
    costs.push(cost)
    say(describe(cost))
  }
  const table = costs.flatMap(({ peers, sealSeconds, hashes, training, end }) =>
    (['training', 'end'] as const).map(
      (part): Row => ({ peers, part, ...(part === 'training' ? training : end), sealSeconds, hashes }),
    ),
  )
  const figures: Record<string, number[]> = {}
  for (const [name, value] of Object.entries({
    ...law('processorShare', costs, cost => cost.processorShare),
    ...law('bytesOutPerSecond', costs, cost => cost.bytesOutPerSecond),
  })) {
    figures[name] = [value]
  }
  return { ratios: {}, figures, table }
}

function describe({ peers, training, end, sealSeconds }: CompanyCost): string {
  const percent = ({ processorShare }: PeerCost) => `${(100 * processorShare).toFixed(1)} % of a core`
  const kilobytes = ({ bytesOutPerSecond }: PeerCost) => `${(bytesOutPerSecond / 1_000).toFixed(1)} kB/s out`
  return (
    `${peers} peers: each ${percent(training)} and ${kilobytes(training)} in training, ${percent(end)} and ${kilobytes(end)} in the end; ` +
    `sealed ${sealSeconds === null ? 'never' : `${sealSeconds.toFixed(1)} s`} after the last step; load ${loadavg()[0].toFixed(1)}`
  )
}

/** The line a + b N through what each of N peers costs in training, by least squares. */
function law(name: string, costs: readonly CompanyCost[], of: (cost: PeerCost) => number): Record<string, number> {
  const points = costs.map(({ peers, training }) => [peers, of(training)] as const)
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [n, c] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const spread = points.reduce((sum, [x]) => sum + (x - n) ** 2, 0)
  const slope = spread === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - n) * (y - c), 0) / spread
  return { [`${name}Alone`]: c - slope * n, [`${name}PerPeer`]: slope }
}
