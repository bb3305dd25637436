import type { Line } from '../../attacks/process-lines.ts'
import { withWorld } from '../network/world.ts'
import { describeOutcomes, outcomesOf } from '../outcome.ts'
import { type HostPeer, withSwarm } from '../swarm.ts'
import { openOffice } from './office.ts'
import type { Scenario } from './scenario.ts'

const PEERS = 4
/** Training is a matter of seconds; on a machine that does ten other things it takes minutes. */
const TRAINED_MS = 400_000
/** Until each half has given the other one up, and sealed. */
const SEALED_MS = 150_000
/** Healed for so long, halves have met. */
const MEETING_MS = 45_000
const DEADLINE_MS = 60_000

const isSeal = ({ event }: Line) => event === 'consensus'

interface PartedSealsOptions {
  /** Whether they stay until Ctrl-C, or leave when they believe that nobody needs them any more. */
  readonly stay: boolean
  /** Between the last seal and the healing. */
  readonly healedAfterSeconds: number
}

const partedSeals = ({ stay, healedAfterSeconds }: PartedSealsOptions): Scenario => ({
  about: `a network that is parted as peers are about to seal, and healed ${healedAfterSeconds} s after each half has${stay ? ' (all --stay)' : ''}`,
  run: () =>
    withWorld(world =>
      withSwarm(world, { peers: PEERS, trainingSeconds: 12 }, async swarm => {
        const { lan, hosts } = openOffice(world, PEERS)
        const peers = hosts.map(host => swarm.start(host, ...(stay ? ['--stay'] : [])))
        await Promise.any(peers.map(({ process }) => process.said('trained', TRAINED_MS)))
        lan.part(hosts[2], hosts[3])
        await Promise.all(peers.map(({ process }) => process.heard('a seal', isSeal, SEALED_MS)))
        const apart = peers.map(hashOf)
        await moment(healedAfterSeconds * 1_000)
        const gone = peers.filter(({ process }) => process.lines.some(({ event }) => event === 'stopped')).length
        lan.heal()
        if (stay) {
          await moment(MEETING_MS)
          for (const { process } of peers) process.end('SIGINT')
        }
        const outcomes = await outcomesOf(peers, stay ? DEADLINE_MS : MEETING_MS + DEADLINE_MS)

        const hashes = new Set(outcomes.map(({ hash }) => hash))
        const good = outcomes.filter(({ exit }) => exit === 0).length
        const sealedBy = peers.map(({ process }) => /sealed by (\d+ of \d+)/.exec(process.stderr())?.[1] ?? 'nothing')
        return [
          {
            asked: 'two halves that sealed apart do not leave with two models and exit 0',
            measured: `${new Set(apart).size} models while apart, ${gone} had left when it was healed, ${hashes.size} in the end; ${describeOutcomes(outcomes)}`,
            passed: hashes.size === 1 || good < PEERS,
          },
          {
            asked: 'each says with how many it sealed',
            measured: peers.map(({ host }, i) => `${host.name}: by ${sealedBy[i]}`).join(', '),
            passed: sealedBy.every(by => by !== 'nothing'),
          },
        ]
      }),
    ),
})

export const partedSealsLeaving = partedSeals({ stay: false, healedAfterSeconds: 0 })
/** Later than a peer waits for whoever has sealed something else, sooner than it gives up who vanished. */
export const partedSealsLeavingLate = partedSeals({ stay: false, healedAfterSeconds: 18 })
export const partedSealsStaying = partedSeals({ stay: true, healedAfterSeconds: 0 })

function moment(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}

function hashOf({ process }: HostPeer): unknown {
  return process.lines.findLast(isSeal)?.parametersHash
}
