/**
 * Peers of one swarm on a virtual network: the deployed core, seeded, with crashes and restarts.
 *
 * @packageDocumentation
 */

import type { GossipEvents } from '../../src/gossip/events.ts'
import { createGossip, type Gossip } from '../../src/gossip/gossip.ts'
import type { GossipOptions } from '../../src/gossip/options.ts'
import type { PeerId, Trainer } from '../../src/gossip/ports.ts'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import { preciseMeanOf } from '../../src/parameters/vectors.ts'
import { createRandom, type Random } from '../../src/random/random.ts'
import { addOpen, type OpenState } from './add-open.ts'
import { createVirtualClock, type VirtualClock } from './clock.ts'
import { createVirtualDisk, type VirtualDisk } from './disk.ts'
import { createVirtualNetwork, type NetworkConditions, type VirtualNetwork } from './network.ts'

export interface WorldOptions
  extends Pick<
    GossipOptions,
    | 'swarm'
    | 'topology'
    | 'steps'
    | 'localSteps'
    | 'rule'
    | 'clipping'
    | 'compression'
    | 'fragments'
    | 'target'
    | 'maximumNorm'
    | 'evaluateEvery'
    | 'minimumPeers'
    | 'patience'
    | 'bySamples'
  > {
  readonly peers: number
  readonly seed: number
  readonly networkConditions: NetworkConditions
  /** How much slower a peer's links are than others'. Default: 1 for all. */
  readonly slowness?: (index: number) => number
  /** The peers that a peer knows, and that hear what it announces. Default: all. */
  readonly partialView?: (index: number) => readonly number[]
  /**
   * Makes the trainer of a peer, at its first start and again after every crash. What it works on the clock ends with that
   * life of the peer.
   */
  readonly trainer: (index: number, random: Random, clock: VirtualClock) => Promise<Trainer>
  /** Called with every event of every peer. */
  readonly onEvent?: <Name extends keyof GossipEvents>(peer: PeerId, name: Name, detail: GossipEvents[Name]) => void
  /** Logs everything that happens, a line each. */
  readonly log?: (line: string) => void
  /** Stands in for the core, so that tests can show that they catch a broken one. */
  readonly core?: typeof createGossip
}

/** One peer of the world, through all its lives. */
export interface SimulatedPeer {
  readonly peer: PeerId
  readonly index: number
  /** Undefined while it is down. */
  readonly gossip: Gossip | undefined
  readonly disk: VirtualDisk
  crashed: number
}

export interface World {
  readonly clock: VirtualClock
  readonly network: VirtualNetwork
  readonly simulatedPeers: readonly SimulatedPeer[]
  start(index: number): Promise<void>
  /** Ends a peer's process; whatever was not on its disk is gone. */
  crash(index: number): void
  stop(index: number): Promise<void>
  /**
   * The swarm's mean, in float64: of what every peer holds (of what is on its disk, while it is down), and of the
   * differences that were decided and not applied by the other side yet; without those that the other side has given up and that are
   * not taken back yet.
   */
  mean(): Float64Array
  /** Whether everybody is there and has sealed on the same hash. */
  sealed(): boolean
  /** Whether all that are there, at least one, have sealed on the same hash. */
  agreed(): boolean
}

export function createWorld(options: WorldOptions): World {
  const random = createRandom(options.seed)
  const clock = createVirtualClock()
  const network = createVirtualNetwork(clock, random.fork('network'), options.networkConditions)
  const width = String(Math.max(0, options.peers - 1)).length
  const log = (line: string) => options.log?.(`${clock.now().toFixed(3)} ${line}`)
  const core = options.core ?? createGossip

  interface Life {
    readonly gossip: Gossip
    readonly end: () => void
  }
  const lives = new Map<number, Life>()
  const nameOf = (index: number) => `peer-${String(index).padStart(width, '0')}`

  const simulatedPeers = Array.from(
    { length: options.peers },
    (_, index): SimulatedPeer => ({
      peer: nameOf(index),
      index,
      disk: createVirtualDisk(),
      crashed: 0,
      get gossip() {
        return lives.get(index)?.gossip
      },
    }),
  )

  /** The last answer of {@link World.agreed}; undefined since something happened that may have changed it. */
  let known: boolean | undefined
  function agreed(): boolean {
    if (known === undefined) {
      const hashes = new Set([...lives.values()].map(({ gossip }) => gossip.sealed()))
      known = hashes.size === 1 && !hashes.has(undefined)
    }
    return known
  }

  async function start(index: number): Promise<void> {
    const simulatedPeer = simulatedPeers[index]
    const { peer, disk } = simulatedPeer
    const mortal = createMortalClock(clock)
    const seed = random.fork(`${peer}/${simulatedPeer.crashed}`)
    const emit = <Name extends keyof GossipEvents>(name: Name, detail: GossipEvents[Name]) => {
      if (!mortal.alive()) return
      if (name === 'consensus' || name === 'warning') known = undefined
      if (options.log !== undefined) log(`${peer} ${name} ${describe(detail)}`)
      options.onEvent?.(peer, name, detail)
    }
    const storage = disk.open(mortal.clock)
    const gossip = await core(
      {
        ...options,
        recipe: { swarm: options.swarm },
        network: network.join(peer, {
          get slowness() {
            return options.slowness?.(index)
          },
          partialView: options.partialView?.(index).map(other => simulatedPeers[other].peer),
        }),
        clock: mortal.clock,
        random: seed,
        // The clock waits for it: how long it takes to make one must not decide what happens first.
        trainer: await clock.work(0, () => options.trainer(index, random.fork(`trainer/${peer}`), mortal.clock)),
        storage,
        checkpoint: await storage.load(),
      },
      emit,
    )
    lives.set(index, { gossip, end: mortal.end })
    known = undefined
    await gossip.start()
    log(`${peer} started`)
  }

  return {
    clock,
    network,
    simulatedPeers,
    start,

    crash(index) {
      const { peer } = simulatedPeers[index]
      log(`${peer} crashed`)
      simulatedPeers[index].crashed++
      lives.get(index)?.end()
      lives.delete(index)
      known = undefined
      network.kill(peer)
    },

    async stop(index) {
      const life = lives.get(index)
      await life?.gossip.stop()
      life?.end()
      lives.delete(index)
      known = undefined
      log(`${simulatedPeers[index].peer} stopped`)
    },

    mean() {
      const states: (OpenState & Pick<Checkpoint, 'parameters'>)[] = []
      for (const { peer, gossip, disk } of simulatedPeers) {
        const state = gossip ? { peer, parameters: gossip.parameters(), ...gossip.open() } : disk.content()
        if (state !== undefined) states.push(state)
      }
      const mean = preciseMeanOf(states.map(({ parameters }) => parameters))
      addOpen(mean, states, states.length)
      return mean
    },

    sealed: () => lives.size === simulatedPeers.length && agreed(),
    agreed,
  }
}

/** A clock on which nothing happens any more once its peer is dead. */
function createMortalClock(clock: VirtualClock): { clock: VirtualClock; alive: () => boolean; end: () => void } {
  let alive = true

  /** A dead process does not go on; the promise stays open and is collected with its peer. */
  async function unlessDead<T>(value: T): Promise<T> {
    return alive ? value : await new Promise(() => {})
  }

  return {
    alive: () => alive,
    end: () => {
      alive = false
    },
    clock: {
      now: () => clock.now(),
      after: (milliseconds, callback) => clock.after(milliseconds, () => alive && callback()),
      sleep: (milliseconds, options) => clock.sleep(milliseconds, options).then(unlessDead),
      async work(milliseconds, body) {
        const done = await clock.work(milliseconds, async () => (alive ? { value: await body() } : undefined))
        return (await unlessDead(done as NonNullable<typeof done>)).value
      },
      run: (done, limitMilliseconds) => clock.run(done, limitMilliseconds),
    },
  }
}

function describe(detail: object): string {
  return JSON.stringify(detail, (_key, value) => (value instanceof Error ? value.message : value))
}
