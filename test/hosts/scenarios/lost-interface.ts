import { withWorld } from '../network/world.ts'
import { areOneSeal, describeOutcomes, outcomesOf } from '../outcome.ts'
import { withSwarm } from '../swarm.ts'
import { averagesAfter, describeSeconds, longest } from '../times.ts'
import type { Scenario } from './scenario.ts'

const PEERS = 3
const HEALED_S = 10
const WATCHED_MS = 45_000
const MEET_MS = 90_000
const DEADLINE_MS = 180_000

export const lostInterface: Scenario = {
  about: 'a host with a wire and a wireless network loses the wire',
  run: () =>
    withWorld(world =>
      withSwarm(world, { peers: PEERS, trainingSeconds: 25 }, async swarm => {
        const [wired, wireless] = ['wired', 'wireless'].map(name => world.lan(name))
        const hosts = Array.from({ length: PEERS }, (_, i) => world.host(`peer${i + 1}`))
        const wires = hosts.map((host, i) => host.join(wired, { address: `10.0.0.${i + 1}/24`, gateway: '10.0.0.254' }))
        for (const [i, host] of hosts.entries()) host.join(wireless, { address: `192.168.1.${i + 1}/24` })
        const peers = hosts.map(host => swarm.start(host))
        const ids = await Promise.all(peers.map(one => one.id()))
        await averagesAfter(peers, ids, 1, 0, MEET_MS)

        wires[1].down()
        const seconds = await averagesAfter(peers, ids, 1, performance.now(), WATCHED_MS)
        const healed = longest(seconds)
        const outcomes = await outcomesOf(peers, DEADLINE_MS)
        return [
          {
            asked: `it averages with every other one in ${HEALED_S} s, over the other network`,
            measured: `with each ${seconds.map(describeSeconds).join(', ')}`,
            passed: healed !== undefined && healed <= HEALED_S,
          },
          { asked: 'all seal on one hash', measured: describeOutcomes(outcomes), passed: areOneSeal(outcomes) },
        ]
      }),
    ),
}
