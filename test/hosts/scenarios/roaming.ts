import type { Row } from '../../accept/row.ts'
import { withWorld } from '../network/world.ts'
import { areOneSeal, describeOutcomes, outcomesOf } from '../outcome.ts'
import { withSwarm } from '../swarm.ts'
import { averagesAfter, describeSeconds, longest } from '../times.ts'
import { officePlace, openOffice } from './office.ts'
import type { Scenario } from './scenario.ts'

export interface RoamingOptions {
  readonly peers: number
  /** How they find each other: by mDNS, or because all but the first are told the address of the first. */
  readonly by: 'mdns' | 'connect'
  /** Who moves, by its number from 0, one after the other. */
  readonly movers: readonly number[]
  readonly trainingSeconds: number
}

/** What is asked: the time from the change until the peer averages again with every other one. */
const HEALED_S = 10
/** What is waited for a peer to average again, to say how long it took. */
const WATCHED_MS = 45_000
/** Between one that has healed and the next change: no part of the ten seconds at which libp2p pings and mDNS asks. */
const PHASE_MS = 3_700
const MEET_MS = 90_000
const DEADLINE_MS = 240_000

export function roaming({ peers: count, by, movers, trainingSeconds }: RoamingOptions): Scenario {
  return {
    about: `a host that gets another address in the middle of training is back in ${HEALED_S} s (found by ${by})`,
    run: () =>
      withWorld(world =>
        withSwarm(world, { peers: count, trainingSeconds }, async swarm => {
          const { hosts, interfaces } = openOffice(world, count)
          const first = swarm.start(hosts[0], ...(by === 'connect' ? ['--no-mdns'] : []))
          const flags = by === 'connect' ? ['--no-mdns', '--connect', await first.address('192.168.1.1')] : []
          const peers = [first, ...hosts.slice(1).map(host => swarm.start(host, ...flags))]
          const ids = await Promise.all(peers.map(one => one.id()))

          const rows: Row[] = []
          await averagesAfter(peers, ids, 0, 0, MEET_MS)
          for (const [turn, mover] of movers.entries()) {
            interfaces[mover].move(officePlace(100 + turn))
            const moved = performance.now()
            const seconds = await averagesAfter(peers, ids, mover, moved, WATCHED_MS)
            const training = peers.every(({ process }) => process.lines.every(({ event }) => event !== 'trained'))
            const healed = longest(seconds)
            rows.push({
              asked: `change ${turn + 1}, of ${hosts[mover].name}: it averages with every other one in ${HEALED_S} s`,
              measured: `with each ${seconds.map(describeSeconds).join(', ')}${training ? '' : '; somebody had trained to the end by then'}`,
              passed: healed !== undefined && healed <= HEALED_S,
            })
            await new Promise(resolve => setTimeout(resolve, PHASE_MS))
          }
          const outcomes = await outcomesOf(peers, DEADLINE_MS)
          rows.push({
            asked: 'all seal on one hash',
            measured: describeOutcomes(outcomes),
            passed: areOneSeal(outcomes),
          })
          return rows
        }),
      ),
  }
}

export const roamingByMdns = roaming({ peers: 3, by: 'mdns', movers: [1, 2, 0], trainingSeconds: 60 })
export const roamingByConnect = roaming({ peers: 3, by: 'connect', movers: [1, 0], trainingSeconds: 50 })
