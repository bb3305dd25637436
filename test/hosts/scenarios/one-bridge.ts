import { withWorld } from '../network/world.ts'
import { areOneSeal, describeOutcomes, outcomesOf } from '../outcome.ts'
import { withSwarm } from '../swarm.ts'
import { describeSeconds, longest, secondsOf } from '../times.ts'
import { openOffice } from './office.ts'
import type { Scenario } from './scenario.ts'

const PEERS = 3
/** From the last one that has started until everybody knows everybody. */
const FOUND_S = 5
const DEADLINE_MS = 120_000

export const oneBridge: Scenario = {
  about: 'peers on one switch find each other by mDNS',
  run: () =>
    withWorld(world =>
      withSwarm(world, { peers: PEERS, trainingSeconds: 5 }, async swarm => {
        const { hosts } = openOffice(world, PEERS)
        const peers = hosts.map(host => swarm.start(host))
        const ids = await Promise.all(peers.map(one => one.id()))
        const began = Math.max(
          ...peers.map(({ process }) => process.lines.find(one => one.event === 'started')?.at ?? 0),
        )
        const meetings = peers.flatMap(({ process }, i) =>
          ids
            .filter((_, j) => j !== i)
            .map(id => process.heard(`meeting ${id}`, line => line.event === 'peer:join' && line.peer === id, 60_000)),
        )
        const found = longest(await secondsOf(meetings, began))
        const outcomes = await outcomesOf(peers, DEADLINE_MS)
        return [
          {
            asked: `everybody knows everybody ${FOUND_S} s after the last has started`,
            measured: describeSeconds(found),
            passed: found !== undefined && found <= FOUND_S,
          },
          { asked: 'all seal on one hash', measured: describeOutcomes(outcomes), passed: areOneSeal(outcomes) },
        ]
      }),
    ),
}
