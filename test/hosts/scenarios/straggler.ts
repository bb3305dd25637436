import type { Row } from '../../accept/row.ts'
import type { NetworkInterface } from '../network/host.ts'
import { withWorld } from '../network/world.ts'
import { areOneSeal, describeOutcomes, outcomesOf } from '../outcome.ts'
import { type HostPeer, withSwarm } from '../swarm.ts'
import { openOffice } from './office.ts'
import type { Scenario } from './scenario.ts'

const PEERS = 4
/** How many times as much the last one has to train. */
const SLOWER = 10
/** Bytes after the last step of one's own, over those of before. */
const MOST = 2
/** Training is a matter of seconds; on a machine that does ten other things it takes minutes. */
const TRAINED_MS = 400_000
const SEALED_MS = 400_000
const DEADLINE_MS = 60_000

/** The first of a swarm keeps the others waiting, which have patience. */
function waitingFor(
  about: string,
  start: (swarm: Parameters<Parameters<typeof withSwarm>[2]>[0], host: HostPeer['host']) => HostPeer,
  comesBack: boolean,
): Scenario {
  return {
    about,
    run: () =>
      withWorld(world =>
        withSwarm(
          world,
          { peers: PEERS, trainingSeconds: 10, recipe: ['--patience', String(2 * SLOWER)] },
          async swarm => {
            const { hosts, interfaces } = openOffice(world, PEERS)
            const slow = start(swarm, hosts[0])
            const quick = hosts.slice(1).map(host => swarm.start(host))
            const row = await afterTheLastStep(about, quick, interfaces.slice(1))
            const outcomes = await outcomesOf(comesBack ? [...quick, slow] : quick, DEADLINE_MS)
            const asked = `${about}: all that are left seal on one hash`
            return [{ asked, measured: describeOutcomes(outcomes), passed: areOneSeal(outcomes) }, row]
          },
        ),
      ),
  }
}

async function afterTheLastStep(
  about: string,
  peers: readonly HostPeer[],
  interfaces: readonly NetworkInterface[],
): Promise<Row> {
  const counted = await Promise.all(
    peers.map(async ({ process }, i) => {
      const trained = await process.said('trained', TRAINED_MS)
      const training = interfaces[i].sent()
      const seal = await process.said('consensus', SEALED_MS)
      return { training, after: interfaces[i].sent() - training, seconds: (seal.at - trained.at) / 1_000 }
    }),
  )
  const described = counted.map(({ training, after, seconds }) => {
    const times = (after / training).toFixed(1)
    return `${megabytes(training)} in training, ${megabytes(after)} in the ${seconds.toFixed(0)} s after (${times} times)`
  })
  return {
    asked: `${about}: what the others send after their own last step is at most ${MOST} times what they sent in training`,
    measured: described.join('; '),
    passed: counted.every(({ training, after }) => after <= MOST * training),
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

export const straggler = waitingFor(
  `one that needs ${SLOWER} times as long`,
  (swarm, host) => swarm.start(host, '--steps', String(SLOWER * swarm.steps)),
  true,
)

export const suspended = waitingFor(
  'one that is suspended in the middle of training, for good',
  (swarm, host) => {
    const peer = swarm.start(host)
    const isHalf = (line: { readonly event: string; readonly step?: unknown }) =>
      line.event === 'round' && Number(line.step) >= swarm.steps / 2
    // Whoever trains alone or not at all fails in what is asked of the others.
    peer.process.heard('half of its steps', isHalf, TRAINED_MS).then(
      () => peer.process.end('SIGSTOP'),
      () => {},
    )
    return peer
  },
  false,
)
