import type { Row } from '../../accept/row.ts'
import { withWorld } from '../network/world.ts'
import { areOneSeal, describeOutcomes, outcomesOf } from '../outcome.ts'
import { type HostPeer, withSwarm } from '../swarm.ts'
import { averagesAfter, describeSeconds, longest } from '../times.ts'
import { officePlace, openOffice } from './office.ts'
import type { Scenario } from './scenario.ts'

const BOOTSTRAPS = 2
const MEMBERS = 3
const PEERS = BOOTSTRAPS + MEMBERS
const MEET_MS = 120_000
const BACK_MS = 60_000
const STOP_MS = 30_000
const DEADLINE_MS = 300_000

export const lostBootstrap: Scenario = {
  about: 'all that everybody connected to are killed for good, and every member restarts once at a new address',
  run: () =>
    withWorld(world =>
      withSwarm(world, { peers: PEERS, trainingSeconds: 80 }, async swarm => {
        const { hosts, interfaces } = openOffice(world, PEERS, { multicast: false })
        const known: string[] = []
        const firsts: HostPeer[] = []
        for (const [i, host] of hosts.slice(0, BOOTSTRAPS).entries()) {
          const peer = swarm.start(host, '--no-mdns', ...known.flatMap(one => ['--connect', one]))
          firsts.push(peer)
          known.push(await peer.address(String(interfaces[i].address())))
        }
        const flags = (i: number) => [
          ...['--no-mdns', '--state', swarm.state(`member${i + 1}`)],
          ...known.flatMap(one => ['--connect', one]),
        ]
        const members = hosts.slice(BOOTSTRAPS).map((host, i) => swarm.start(host, ...flags(i)))
        const ids = await Promise.all(members.map(one => one.id()))
        const met = await Promise.all(members.map((_, i) => averagesAfter(members, ids, i, 0, MEET_MS)))
        if (met.some(times => longest(times) === undefined)) throw new Error('the members never met each other')
        for (const { process } of firsts) process.end('SIGKILL')

        const rows: Row[] = []
        for (const [i, { host }] of [...members].entries()) {
          members[i].process.end('SIGINT')
          await Promise.race([members[i].process.ended, new Promise(resolve => setTimeout(resolve, STOP_MS))])
          interfaces[BOOTSTRAPS + i].move(officePlace(100 + i))
          const began = performance.now()
          members[i] = swarm.again(members[i], ...flags(i))
          const back = longest(await averagesAfter(members, ids, i, began, BACK_MS))
          rows.push({
            asked: `${host.name}, restarted at a new address, averages with every other member`,
            measured: describeSeconds(back),
            passed: back !== undefined,
          })
        }
        const outcomes = await outcomesOf(members, DEADLINE_MS)
        rows.push({
          asked: 'all members seal on one hash',
          measured: describeOutcomes(outcomes),
          passed: areOneSeal(outcomes),
        })
        return rows
      }),
    ),
}
