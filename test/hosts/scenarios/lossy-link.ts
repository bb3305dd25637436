import type { NetworkInterface } from '../network/host.ts'
import { withWorld } from '../network/world.ts'
import { areOneSeal, describeOutcomes, outcomesOf } from '../outcome.ts'
import { plainTcp } from '../plain-tcp.ts'
import { withSwarm } from '../swarm.ts'
import type { Scenario } from './scenario.ts'

const PEERS = 4
const SHAPE = { rateMbps: 20, delayMs: 50, loss: 0.01, seed: 14 }
/** 262,030 parameters: a megabyte, which takes seconds to exchange; so the fewest steps, of ten exchanges, are enough. */
const MODEL = ['--model', 'mlp:328', '--batch', '32']
/** Of what several plain connections carry. */
const LEAST_SHARE = 0.5
const MOST_TO_SEAL_S = 30
const CONNECTIONS = 4
const PLAIN_S = 12
/** Connections take so long to find what goes through. */
const WARM_MS = 4_000
const MEASURED_MS = 6_000
/** Training is a matter of seconds; on a machine that does ten other things it takes minutes. */
const TRAINED_MS = 400_000
const DEADLINE_MS = 400_000

const place = (i: number) => `10.0.0.${i + 1}`

export const lossyLink: Scenario = {
  about: '20 Mbit/s, 100 ms and 1 % loss, a megabyte of parameters, four peers',
  run: () =>
    withWorld(world =>
      withSwarm(world, { peers: PEERS, trainingSeconds: 0, model: MODEL }, async swarm => {
        const lan = await world.shapedLan('far', SHAPE)
        const hosts = Array.from({ length: PEERS }, (_, i) => world.host(`peer${i + 1}`))
        const interfaces = hosts.map((host, i) => host.join(lan, { address: `${place(i)}/24` }))

        const around = hosts.map((from, i) => {
          const next = (i + 1) % PEERS
          return { from, to: hosts[next], address: place(next), connections: CONNECTIONS }
        })
        const plain = plainTcp(world, around, PLAIN_S)
        plain.catch(() => {})
        await moment(WARM_MS)
        const carried = await sentPerSecond(interfaces, () => moment(MEASURED_MS))
        await plain

        const first = swarm.start(hosts[0], '--no-mdns')
        const known = await first.address(place(0))
        const peers = [first, ...hosts.slice(1).map(host => swarm.start(host, '--no-mdns', '--connect', known))]
        await Promise.race(peers.map(({ process }) => process.said('exchange', TRAINED_MS)))
        const used = await sentPerSecond(interfaces, () =>
          Promise.race(peers.map(({ process }) => process.said('trained', TRAINED_MS))),
        )
        const outcomes = await outcomesOf(peers, DEADLINE_MS)
        const at = (event: string) => peers.map(({ process }) => process.lines.find(line => line.event === event)?.at)
        const [trained, sealed] = [at('trained'), at('consensus')].map(times => Math.max(...times.map(Number)))
        const toSeal = (sealed - trained) / 1_000
        return [
          { asked: 'all seal on one hash', measured: describeOutcomes(outcomes), passed: areOneSeal(outcomes) },
          {
            asked: `in training ${LEAST_SHARE} of what ${CONNECTIONS} plain connections to each neighbour carry`,
            measured: `${(used / carried).toFixed(2)}: ${mbps(used)} of ${mbps(carried)} sent by each (by ${lan.by})`,
            passed: used >= LEAST_SHARE * carried,
          },
          {
            asked: `from the last step of all to the last seal at most ${MOST_TO_SEAL_S} s`,
            measured: Number.isFinite(toSeal) ? `${toSeal.toFixed(1)} s` : 'not all sealed',
            passed: toSeal <= MOST_TO_SEAL_S,
          },
        ]
      }),
    ),
}

/** What each sends on average while something lasts, in bytes a second. */
async function sentPerSecond(interfaces: readonly NetworkInterface[], during: () => Promise<unknown>): Promise<number> {
  const sent = () => interfaces.reduce((sum, one) => sum + one.sent(), 0)
  const [before, began] = [sent(), performance.now()]
  await during()
  return (sent() - before) / interfaces.length / ((performance.now() - began) / 1_000)
}

function moment(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}

function mbps(bytesPerSecond: number): string {
  return `${((bytesPerSecond * 8) / 1e6).toFixed(1)} Mbit/s`
}
