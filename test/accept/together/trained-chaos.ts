/**
 * A swarm under faults, as in the chaos suite, that trains meanwhile, and fast. Every step adds the same to every element, and exchanges
 * only move what there is, so the sum over all peers is known at any time from the steps that they have trained.
 *
 * @packageDocumentation
 */

import type { VirtualClock } from '../../../simulations/virtual/clock.ts'
import { createWorld } from '../../../simulations/virtual/world.ts'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { adpsgd } from '../../../src/averaging/rules/adpsgd.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import type { GossipEvents } from '../../../src/gossip/events.ts'
import { createGossip } from '../../../src/gossip/gossip.ts'
import { createLayout } from '../../../src/parameters/layout.ts'
import { createRandom } from '../../../src/random/random.ts'
import type { Trainer } from '../../../src/training/trainer.ts'
import { decorateStreams, frameType } from '../../simulations/decorated-network.ts'
import type { Core } from './watch.ts'

export interface TrainedChaosOptions {
  readonly core?: Core
  readonly inRounds?: boolean
  readonly log?: (line: string) => void
}

const PEERS = 8
const DIMENSION = 16
const STEP_MS = 0.05
const LOCAL_STEPS = 10
/** Training that is under way for as long as faults are. */
const STEPS = 1_000

/** How far the mean may be from where it should, relative to the steps of all: the rounding of some thousand float32 additions. */
const MEAN_TOLERANCE = 1e-5
const CHECK_INTERVAL_MS = 50
const NETWORK_CONDITIONS = { delay: '1-50', loss: 0.1 }
const FAULTS_UNTIL_MS = 6_000
const FAULT_GAP_MS = 80
const LONGEST_DOWNTIME_MS = 2_500
const LIMIT_MS = 400_000

/** Messages after which the two sides of an exchange stand differently: the mean is looked at whenever one is sent. */
const TURNING_POINTS = new Set(['frame', 'mark', 'settled', 'applied'])

function createFastTrainer(clock: VirtualClock): Trainer {
  return {
    layout: createLayout([{ name: 'x', shape: [DIMENSION], trainable: true }]),
    backend: 'none',
    samples: 1,
    // The norm must not be 0, since distances are relative to it.
    initial: async () => new Float32Array(DIMENSION).fill(1),
    train: (_parameters, steps) =>
      clock.work(steps * STEP_MS, async () => ({
        update: new Float32Array(DIMENSION).fill(steps),
        loss: 1,
        samples: steps,
        seconds: (steps * STEP_MS) / 1_000,
      })),
    evaluate: async () => ({ loss: 0, accuracy: 0, samples: 0 }),
    state: async () => ({ tensors: {}, metadata: {} }),
    restore: async () => {},
    stop: async () => {},
  }
}

/** @returns what did not hold, if anything */
export async function trainedChaosRun(
  seed: number,
  { core = createGossip, inRounds = false, log }: TrainedChaosOptions = {},
): Promise<string | undefined> {
  const faults = createRandom(seed).fork('faults')
  let failure: string | undefined
  /** The mean less the steps per peer: training does not change it, nor do exchanges. */
  let rest: number | undefined
  let over = false

  const world = createWorld({
    swarm: '7c'.repeat(32),
    peers: PEERS,
    seed,
    networkConditions: NETWORK_CONDITIONS,
    topology: complete,
    steps: STEPS,
    localSteps: LOCAL_STEPS,
    rule: inRounds ? dpsgd(mean) : adpsgd,
    target: 0.3,
    maximumNorm: 1e9,
    evaluateEvery: Number.POSITIVE_INFINITY,
    minimumPeers: PEERS,
    trainer: async (_index, _random, clock) => createFastTrainer(clock),
    log,
    onEvent(_peer, name, detail) {
      if (name === 'failed') fail(`a peer failed: ${(detail as GossipEvents['failed']).error.stack}`)
      // A peer that had trained nothing yet took the others' parameters: from here on it is another mean.
      if (name === 'warning' && (detail as GossipEvents['warning']).message.startsWith('joined late')) rest = undefined
    },
    core: (options, emit) =>
      core(
        {
          ...options,
          // A peer that comes back does not wait for those that are down just then.
          minimumPeers: options.checkpoint === undefined ? PEERS : 1,
          network: decorateStreams(options.network, stream => ({
            ...stream,
            write(frame, abort) {
              if (TURNING_POINTS.has(frameType(frame))) checkMean()
              return stream.write(frame, abort)
            },
          })),
        },
        emit,
      ),
  })
  const { clock, network, simulatedPeers } = world

  function fail(what: string): void {
    failure ??= `seed ${seed}, after ${(clock.now() / 1_000).toFixed(3)} virtual s: ${what}`
  }

  const stepsOf = ({ gossip, disk }: (typeof simulatedPeers)[number]) =>
    gossip?.status().ownSteps ?? disk.content()?.contribution?.ownSteps ?? 0

  function checkMean(): void {
    if (failure !== undefined) return
    // The seal takes one peer's vector for the mean of all.
    if (simulatedPeers.some(({ gossip, disk }) => (gossip ? gossip.sealed() : disk.content()?.sealed))) {
      rest = undefined
      return
    }
    const steps = simulatedPeers.reduce((sum, one) => sum + stepsOf(one), 0) / PEERS
    const mean = world.mean()
    rest ??= mean[0] - steps
    const moved = Math.max(...mean.map(value => Math.abs(value - steps - (rest as number))))
    if (moved > MEAN_TOLERANCE * (1 + steps))
      fail(`the mean is ${moved} from where ${steps} steps per peer have brought it`)
  }

  function checkRegularly(): void {
    checkMean()
    over = clock.now() > FAULTS_UNTIL_MS && world.sealed()
    clock.after(CHECK_INTERVAL_MS, checkRegularly)
  }

  function strike(): void {
    if (clock.now() > FAULTS_UNTIL_MS) return
    const index = faults.integer(PEERS)
    if (faults.uniform() >= 0.2)
      network.disconnect(simulatedPeers[index].peer, simulatedPeers[faults.integer(PEERS)].peer)
    // A peer with nothing on its disk yet would begin anew, with another sum.
    else if (simulatedPeers[index].gossip !== undefined && simulatedPeers[index].disk.content() !== undefined) {
      world.crash(index)
      checkMean()
      clock.after(faults.uniform() * LONGEST_DOWNTIME_MS, () => {
        world.start(index).then(checkMean, error => fail(`${simulatedPeers[index].peer} did not restart: ${error}`))
      })
    }
    clock.after(2 * FAULT_GAP_MS * faults.uniform(), strike)
  }

  for (const { index } of simulatedPeers) await world.start(index)
  checkRegularly()
  // They train by then, and have something on their disks.
  clock.after(2_000, strike)
  try {
    await clock.run(() => failure !== undefined || over, LIMIT_MS)
  } catch (error) {
    fail(`it did not end: ${(error as Error).message}`)
  }
  return failure
}
