import { withWorld } from '../network/world.ts'
import { areOneSeal, describeOutcomes, outcomesOf } from '../outcome.ts'
import { withSwarm } from '../swarm.ts'
import { openOffice } from './office.ts'
import type { Scenario } from './scenario.ts'

const PEERS = 4
/** How many times as much the last one has to train. */
const SLOWER = 10
/** Bytes after the last step of one's own, over those of before. */
const MOST = 2
const TRAINED_MS = 180_000
const SEALED_MS = 400_000
const DEADLINE_MS = 60_000

export const straggler: Scenario = {
  about: `one that needs ${SLOWER} times as long as the others, which wait for it`,
  run: () =>
    withWorld(world =>
      withSwarm(
        world,
        { peers: PEERS, trainingSeconds: 10, recipe: ['--patience', String(2 * SLOWER)] },
        async swarm => {
          const { hosts, interfaces } = openOffice(world, PEERS)
          const quick = hosts.slice(1).map(host => swarm.start(host))
          const slow = swarm.start(hosts[0], '--steps', String(SLOWER * swarm.steps))
          const counted = await Promise.all(
            quick.map(async ({ process }, i) => {
              const trained = await process.said('trained', TRAINED_MS)
              const training = interfaces[i + 1].sent()
              const seal = await process.said('consensus', SEALED_MS)
              return { training, after: interfaces[i + 1].sent() - training, seconds: (seal.at - trained.at) / 1_000 }
            }),
          )
          const outcomes = await outcomesOf([...quick, slow], DEADLINE_MS)
          const worst = Math.max(...counted.map(({ training, after }) => after / training))
          return [
            { asked: 'all seal on one hash', measured: describeOutcomes(outcomes), passed: areOneSeal(outcomes) },
            {
              asked: `what the others send after their own last step is at most ${MOST} times what they sent in training`,
              measured: counted
                .map(
                  ({ training, after, seconds }) =>
                    `${megabytes(training)} in training, ${megabytes(after)} in the ${seconds.toFixed(0)} s after (${(after / training).toFixed(1)} times)`,
                )
                .join('; '),
              passed: worst <= MOST,
            },
          ]
        },
      ),
    ),
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
