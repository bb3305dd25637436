/**
 * A swarm under faults: messages lost, streams and connections cut, peers killed and restarted from their disks, all
 * drawn from one seed, while the one thing that must not change is looked at all the time.
 *
 * @packageDocumentation
 */

import { createVectorTrainer } from '../../simulations/virtual/vector-trainer.ts'
import { createWorld, type World } from '../../simulations/virtual/world.ts'
import { adpsgd } from '../../src/averaging/rules/adpsgd.ts'
import { complete } from '../../src/averaging/topologies/complete.ts'
import { createGossip } from '../../src/gossip/gossip.ts'
import type { FrameStream } from '../../src/gossip/ports.ts'
import { distance, norm } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'
import { decorateStreams, frameType } from './decorated-network.ts'

export type Core = typeof createGossip

export interface ChaosOptions {
  /** Stands in for the core: to watch it, or to show that a broken one is caught. */
  readonly core?: Core
  readonly log?: (line: string) => void
  /** Default: 12. */
  readonly peers?: number
  /** Length of the vectors. Default: 16, which travel as one frame. */
  readonly dimension?: number
  /** The share of faults that are a crash; the others cut a connection. Default: 0.2. */
  readonly crashes?: number
  /** How long faults go on, in milliseconds. Default: {@link FAULTS_UNTIL_MS}. */
  readonly faultsUntil?: number
}

/** A run in which the mean moved, or that did not end. */
export class ChaosError extends Error {
  override readonly name = 'ChaosError'
}

/** How far the mean may move, relative to its norm: the rounding of a few thousand float32 additions. */
const MEAN_TOLERANCE = 1e-6
const CHECK_INTERVAL_MS = 50
const NETWORK_CONDITIONS = { delay: '1-50', loss: 0.2 }
/** Faults go on for so long, one every {@link FAULT_GAP_MS} in the mean; the swarm cannot seal while a peer is down. */
const FAULTS_UNTIL_MS = 6_000
const FAULT_GAP_MS = 80
const LONGEST_DOWNTIME_MS = 2_500
const LIMIT_MS = 180_000

/** Messages after which the two sides of an exchange stand differently: the mean is looked at whenever one is sent. */
const TURNING_POINTS = new Set(['frame', 'mark', 'settled', 'applied'])

/**
 * Runs a swarm that only averages until it has sealed.
 *
 * @returns the world as it is in the end
 * @throws ChaosError that names the command which replays the run
 */
export async function chaosRun(
  seed: number,
  {
    core = createGossip,
    log,
    peers = 12,
    dimension = 16,
    crashes = 0.2,
    faultsUntil = FAULTS_UNTIL_MS,
  }: ChaosOptions = {},
): Promise<World> {
  const replay = `replay it with CHAOS_SEED=${seed} npm test -- test/simulations/chaos.test.ts`
  const faults = createRandom(seed).fork('faults')
  let failure: ChaosError | undefined
  let before: Float64Array | undefined
  let over = false
  /** Whether some had sealed at the last look. */
  let hasSealed = false

  const world = createWorld({
    swarm: '5e'.repeat(32),
    peers,
    seed,
    networkConditions: NETWORK_CONDITIONS,
    topology: complete,
    steps: 0,
    localSteps: 1,
    rule: adpsgd,
    target: 0.3,
    maximumNorm: 1e6,
    evaluateEvery: Number.POSITIVE_INFINITY,
    trainer: async (index, random) => createVectorTrainer(dimension, 'normal', index, random),
    log,
    core: (options, emit) =>
      core({ ...options, network: decorateStreams(options.network, stream => watch(stream)) }, emit),
  })
  const { clock, network, simulatedPeers } = world

  function watch(stream: FrameStream): FrameStream {
    return {
      ...stream,
      write(frame, options) {
        if (TURNING_POINTS.has(frameType(frame))) checkMean()
        return stream.write(frame, options)
      },
    }
  }

  function fail(what: string): void {
    failure ??= new ChaosError(`seed ${seed}, after ${(clock.now() / 1_000).toFixed(3)} virtual s: ${what}; ${replay}`)
  }

  function checkMean(): void {
    if (before === undefined || failure !== undefined) return
    // The seal takes one peer's vector for the mean of all: it may move the mean within the target.
    if (simulatedPeers.some(({ gossip, disk }) => (gossip ? gossip.sealed() : disk.content()?.sealed))) {
      hasSealed = true
      return
    }
    // Some had sealed, and found others too far: from here on it is that mean which must not move.
    if (hasSealed) before = world.mean()
    hasSealed = false
    const moved = distance(world.mean(), before) / norm(before)
    if (moved > MEAN_TOLERANCE) fail(`the mean has moved by ${moved} of its norm`)
  }

  function checkRegularly(): void {
    checkMean()
    over = clock.now() > faultsUntil && world.sealed()
    clock.after(CHECK_INTERVAL_MS, checkRegularly)
  }

  function crashAndRestart(index: number): void {
    if (simulatedPeers[index].gossip === undefined) return
    world.crash(index)
    checkMean()
    clock.after(faults.uniform() * LONGEST_DOWNTIME_MS, () => {
      world.start(index).then(checkMean, error => fail(`${simulatedPeers[index].peer} did not restart: ${error}`))
    })
  }

  function cut(a: number, b: number): void {
    log?.(`${clock.now().toFixed(3)} ${simulatedPeers[a].peer} and ${simulatedPeers[b].peer} cut off`)
    network.disconnect(simulatedPeers[a].peer, simulatedPeers[b].peer)
  }

  function strike(): void {
    if (clock.now() > faultsUntil) return
    if (faults.uniform() < crashes) crashAndRestart(faults.integer(peers))
    else cut(faults.integer(peers), faults.integer(peers))
    clock.after(2 * FAULT_GAP_MS * faults.uniform(), strike)
  }

  for (const { index } of simulatedPeers) await world.start(index)
  before = world.mean()
  checkRegularly()
  clock.after(FAULT_GAP_MS, strike)
  try {
    await clock.run(() => failure !== undefined || over, LIMIT_MS)
  } catch (error) {
    fail(`it did not end: ${(error as Error).message}`)
  }
  if (failure !== undefined) throw failure
  log?.(`${clock.now().toFixed(3)} all sealed on ${simulatedPeers[0].gossip?.sealed()}`)
  return world
}
