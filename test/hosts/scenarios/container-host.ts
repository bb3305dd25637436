import { addContainerBridges } from '../network/container-bridges.ts'
import { withWorld } from '../network/world.ts'
import { areOneSeal, describeOutcomes, outcomesOf } from '../outcome.ts'
import { withSwarm } from '../swarm.ts'
import { officePlace } from './office.ts'
import type { Scenario } from './scenario.ts'

const PEERS = 3
const BRIDGES = 12
/** Of the exchanges that are asked for, how many average at the least. */
const LEAST_AVERAGED = 0.9
const DEADLINE_MS = 180_000

export const containerHost: Scenario = {
  about: `${BRIDGES} bridges of containers beside the one interface that leads to the others`,
  run: () =>
    withWorld(world =>
      withSwarm(world, { peers: PEERS, minimumPeers: 2, trainingSeconds: 15 }, async swarm => {
        const lan = world.lan('office')
        const hosts = Array.from({ length: PEERS }, (_, i) => {
          const host = world.host(`peer${i + 1}`)
          // As where the network comes up after the container engine: its address is the last of all.
          addContainerBridges(host, BRIDGES)
          host.join(lan, officePlace(i + 1))
          return host
        })
        // The two that know only the first can find each other by what it and they announce.
        const first = swarm.start(hosts[0], '--no-mdns')
        const known = await first.address('192.168.1.1')
        const peers = [first, ...hosts.slice(1).map(host => swarm.start(host, '--no-mdns', '--connect', known))]
        const ids = await Promise.all(peers.map(one => one.id()))
        const outcomes = await outcomesOf(peers, DEADLINE_MS)

        const exchanges = [1, 2].flatMap(i =>
          peers[i].process.lines.filter(({ event, peer }) => event === 'exchange' && peer === ids[3 - i]),
        )
        const averaged = exchanges.filter(({ outcome }) => outcome === 'averaged').length
        return [
          { asked: 'all seal on one hash', measured: describeOutcomes(outcomes), passed: areOneSeal(outcomes) },
          {
            asked: `of the exchanges between the two that were not told of each other ${LEAST_AVERAGED * 100} % average`,
            measured: `${averaged} of ${exchanges.length}`,
            passed: exchanges.length > 0 && averaged >= LEAST_AVERAGED * exchanges.length,
          },
        ]
      }),
    ),
}
