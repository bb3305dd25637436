/**
 * Peers of one swarm on a virtual network: the deployed core, seeded, with crashes and restarts.
 *
 * @packageDocumentation
 */

import type { GossipEvents } from '../src/gossip/events.ts'
import { createGossip, type Gossip, type GossipOptions } from '../src/gossip/gossip.ts'
import type { Clock, PeerId, Trainer } from '../src/gossip/ports.ts'
import { preciseMeanOf } from '../src/parameters/vectors.ts'
import { createRandom, type Random } from '../src/random/random.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'
import { createVirtualNetwork, type VirtualNetwork, type Weather } from './virtual-network.ts'
import { createVirtualDisk, type VirtualDisk } from './virtual-storage.ts'

export interface WorldOptions
  extends Pick<
    GossipOptions,
    'swarm' | 'topology' | 'steps' | 'localSteps' | 'averages' | 'target' | 'maximumNorm' | 'evaluateEvery'
  > {
  readonly peers: number
  readonly seed: number
  readonly weather: Weather
  /** Makes the trainer of a peer, at its first start and again after every crash. */
  readonly trainer: (index: number, random: Random, clock: VirtualClock) => Promise<Trainer>
  /** Hears what the peers tell. */
  readonly onEvent?: <Name extends keyof GossipEvents>(peer: PeerId, name: Name, detail: GossipEvents[Name]) => void
  /** Hears everything that happens, a line each. */
  readonly log?: (line: string) => void
  /** Stands in for the core, so that tests can show that they catch a broken one. */
  readonly core?: typeof createGossip
}

/** One peer of the world, through all its lives. */
export interface Inhabitant {
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
  readonly inhabitants: readonly Inhabitant[]
  start(index: number): Promise<void>
  /** Ends a peer's process; whatever was not on its disk is gone. */
  crash(index: number): void
  stop(index: number): Promise<void>
  /**
   * The swarm's mean, in float64: of what every peer holds (of what is on its disk, while it is down), and of the
   * differences that were decided and not applied by the other side yet.
   */
  mean(): Float64Array
  sealed(): boolean
}

export function createWorld(options: WorldOptions): World {
  const random = createRandom(options.seed)
  const clock = createVirtualClock()
  const network = createVirtualNetwork(clock, random.fork('network'), options.weather)
  const width = String(Math.max(0, options.peers - 1)).length
  const log = (line: string) => options.log?.(`${clock.now().toFixed(3)} ${line}`)
  const core = options.core ?? createGossip

  interface Life {
    readonly gossip: Gossip
    readonly end: () => void
  }
  const lives = new Map<number, Life>()

  const inhabitants = Array.from(
    { length: options.peers },
    (_, index): Inhabitant => ({
      peer: `peer-${String(index).padStart(width, '0')}`,
      index,
      disk: createVirtualDisk(),
      crashed: 0,
      get gossip() {
        return lives.get(index)?.gossip
      },
    }),
  )

  async function start(index: number): Promise<void> {
    const inhabitant = inhabitants[index]
    const { peer, disk } = inhabitant
    const mortal = createMortalClock(clock)
    const seed = random.fork(`${peer}/${inhabitant.crashed}`)
    const emit = <Name extends keyof GossipEvents>(name: Name, detail: GossipEvents[Name]) => {
      if (!mortal.alive()) return
      if (options.log !== undefined) log(`${peer} ${name} ${describe(detail)}`)
      options.onEvent?.(peer, name, detail)
    }
    const storage = disk.open(mortal.clock)
    const gossip = await core(
      {
        ...options,
        recipe: { swarm: options.swarm },
        network: network.join(peer),
        clock: mortal.clock,
        random: seed,
        trainer: await options.trainer(index, random.fork(`trainer/${peer}`), clock),
        storage,
        checkpoint: await storage.load(),
      },
      emit,
    )
    lives.set(index, { gossip, end: mortal.end })
    await gossip.start()
    log(`${peer} started`)
  }

  return {
    clock,
    network,
    inhabitants,
    start,

    crash(index) {
      const { peer } = inhabitants[index]
      log(`${peer} crashed`)
      inhabitants[index].crashed++
      lives.get(index)?.end()
      lives.delete(index)
      network.kill(peer)
    },

    async stop(index) {
      const life = lives.get(index)
      await life?.gossip.stop()
      life?.end()
      lives.delete(index)
      log(`${inhabitants[index].peer} stopped`)
    },

    mean() {
      const states = inhabitants.flatMap(({ peer, gossip, disk }) => {
        if (gossip !== undefined) return [{ peer, parameters: gossip.parameters(), ...gossip.open() }]
        const saved = disk.content()
        return saved === undefined ? [] : [saved]
      })
      const decided = new Set(states.flatMap(({ peer, decisions }) => decisions.map(({ id }) => `${peer}/${id}`)))
      const pending = states.flatMap(({ doubts }) =>
        doubts.filter(({ partner, id }) => decided.has(`${partner}/${id}`)),
      )
      const mean = preciseMeanOf(states.map(({ parameters }) => parameters))
      for (const { difference } of pending) {
        for (let i = 0; i < mean.length; i++) mean[i] += difference[i] / states.length
      }
      return mean
    },

    sealed() {
      const hashes = new Set(inhabitants.map(({ gossip }) => gossip?.sealed()))
      return hashes.size === 1 && !hashes.has(undefined)
    },
  }
}

/** A clock on which nothing happens any more once its peer is dead. */
function createMortalClock(clock: Clock): { clock: Clock; alive: () => boolean; end: () => void } {
  let alive = true
  return {
    alive: () => alive,
    end: () => {
      alive = false
    },
    clock: {
      now: () => clock.now(),
      after: (milliseconds, callback) => clock.after(milliseconds, () => alive && callback()),
      async sleep(milliseconds, options) {
        await clock.sleep(milliseconds, options)
        // A dead process does not go on after its sleep; the promise stays open and is collected with its peer.
        if (!alive) await new Promise(() => {})
      },
    },
  }
}

function describe(detail: object): string {
  return JSON.stringify(detail, (_key, value) => (value instanceof Error ? value.message : value))
}
