/**
 * Swarms of peers that train, on the virtual network, of which some run the real core and say something else than it does. They take part in
 * exchanges like everybody, so they are members whose voice counts.
 *
 * @packageDocumentation
 */

import { StalledError } from '../../../simulations/virtual/clock.ts'
import { createWorld, type World } from '../../../simulations/virtual/world.ts'
import { adpsgd } from '../../../src/averaging/rules/adpsgd.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { createGossip } from '../../../src/gossip/gossip.ts'
import type { Announcement } from '../../../src/gossip/membership/announcement.ts'
import { encodeAnnouncement } from '../../../src/gossip/membership/announcement-bytes.ts'
import type { Channel, FrameStream } from '../../../src/gossip/ports.ts'
import { receive } from '../../../src/gossip/streams/messages.ts'
import { createMarkingTrainer, PLACES } from '../../accept/together/marking-trainer.ts'
import { createListener } from '../announcements.ts'
import { never } from '../byzantine-peer.ts'
import { answerTo } from '../fetching-swarm.ts'

export const HONEST = 5
export const PATIENCE = 2

/** A moment of a liar's life, when it is about to announce how it is. */
export interface Moment {
  /** What its core would say. */
  readonly own: Announcement
  /** What the honest said last. */
  readonly others: readonly Announcement[]
  /** Since the world began, in milliseconds. */
  readonly now: number
  /** Which of the liars it is, from 0. */
  readonly liar: number
}

export interface Lie {
  readonly says: (moment: Moment) => Partial<Announcement>
  /** Gives this vector whatever it is asked for. */
  readonly serves?: Float32Array
  /** Averages with nobody. */
  readonly isStranger?: boolean
  /** Comes this much later than the honest, in milliseconds. Default: with them. */
  readonly comesAt?: (liar: number) => number
}

export interface LyingSwarmOptions {
  readonly liars: number
  readonly lie?: Lie
  readonly seed: number
  /** Time that passes after the honest have sealed. Default: none. */
  readonly after?: number
  readonly steps?: number
  readonly stepMs?: number
}

/** The fate of the honest. */
export interface Outcome {
  /** When all of them had sealed, in milliseconds; undefined where that did not come. */
  readonly sealed: number | undefined
  /** When half of them had done their steps. */
  readonly half: number
  /** Their seals in the end. */
  readonly seals: readonly (string | undefined)[]
  /** How often one of them has said that there is a consensus. */
  readonly consensus: number
  /** Own steps of all of them that are not in what each of them holds in the end. */
  readonly leftOut: number
  readonly inModel: number
  /** Whether what each holds in the end has the first interval of each of them in it. */
  readonly holdsAll: boolean
  /** Own steps of each, and how many it was to train at least. */
  readonly steps: readonly number[]
  readonly least: number
  readonly warnings: readonly string[]
}

/** Longer than any patience, one after the other. */
const LIMIT_MS = 1_200_000

export async function runLyingSwarm(options: LyingSwarmOptions): Promise<Outcome> {
  const { liars, lie, seed, steps = 200, stepMs = 20 } = options
  const peers = HONEST + liars
  const warnings: string[] = []
  let consensus = 0
  const listen = createListener()
  const said = new Map<string, Announcement>()
  const intervals: number[] = new Array(peers).fill(0)
  const isHonest = (peer: string) => indexOf(peer) < HONEST
  const indexOf = (peer: string) => Number(peer.split('-')[1])
  const done: number[] = []

  const world: World = createWorld({
    swarm: 'a7'.repeat(32),
    topology: complete,
    rule: adpsgd,
    peers,
    seed,
    steps,
    localSteps: 10,
    target: 1e-2,
    maximumNorm: 1e6,
    evaluateEvery: Number.POSITIVE_INFINITY,
    minimumPeers: HONEST,
    patience: PATIENCE,
    networkConditions: { delay: '100-300', loss: 0 },
    trainer: async (index, _random, clock) => {
      let own = 0
      return createMarkingTrainer(clock, {
        index,
        peers,
        stepMs,
        samples: 1,
        nextInterval(count) {
          own += count
          if (index < HONEST && own >= steps && own - count < steps) done.push(world.clock.now())
          return intervals[index]++
        },
        onMark() {},
        spoils: () => false,
      })
    },
    onEvent(peer, name, detail) {
      if (!isHonest(peer)) return
      if (name === 'consensus') consensus++
      if (name === 'warning' && 'message' in detail) warnings.push(`${peer} ${detail.message}`)
    },
    core(given, emit) {
      const index = indexOf(given.network.self)
      if (index < HONEST || lie === undefined) {
        return createGossip({ ...given, network: watched(given.network) }, emit)
      }
      return createGossip({ ...given, network: lying(given.network, lie, index - HONEST) }, emit)
    },
  })

  type Network = Parameters<typeof createGossip>[0]['network']
  function watched(network: Network): Network {
    return {
      ...network,
      publish(bytes) {
        const announcement = listen(network.self, bytes)
        if (announcement !== undefined) said.set(network.self, announcement)
        return network.publish(bytes)
      },
    }
  }

  function lying(network: Network, { says, serves, isStranger = false }: Lie, liar: number): Network {
    return {
      ...network,
      publish(bytes) {
        const own = listen(network.self, bytes)
        if (own === undefined) return network.publish(bytes)
        const moment = { own, others: [...said.values()], now: world.clock.now(), liar }
        return network.publish(encodeAnnouncement({ ...own, ...says(moment) }))
      },
      async open(peer, channel, abort) {
        if (isStranger && channel === 'exchange') throw new Error('it averages with nobody')
        return await network.open(peer, channel, abort)
      },
      start: handlers =>
        network.start({
          ...handlers,
          async stream(channel: Channel, stream: FrameStream) {
            if (isStranger && channel === 'exchange') throw new Error('it averages with nobody')
            if (channel !== 'fetch' || serves === undefined) return await handlers.stream(channel, stream)
            const piece = await receive(stream, 'fetch', never)
            for (const frame of answerTo(serves, piece)) await stream.write(frame, never)
            await stream.close(never)
          },
        }),
    }
  }

  const { clock, simulatedPeers } = world
  const honest = simulatedPeers.slice(0, HONEST)
  const sealsNow = () => honest.map(({ gossip }) => gossip?.sealed())
  const haveSealed = () => sealsNow().every(seal => seal !== undefined)
  for (const { index } of honest) await world.start(index)
  for (const { index } of simulatedPeers.slice(HONEST)) {
    clock.after(lie?.comesAt?.(index - HONEST) ?? 0, () => void world.start(index))
  }
  let sealed: number | undefined
  try {
    await clock.run(haveSealed, LIMIT_MS)
    sealed = clock.now()
    if (options.after !== undefined) {
      const end = clock.now() + options.after
      clock.after(options.after, () => {})
      await clock.run(() => clock.now() >= end)
    }
  } catch (error) {
    if (!(error instanceof StalledError)) throw error
  }
  const statuses = honest.flatMap(({ gossip }) => gossip?.status() ?? [])
  const holds = (parameters: Float32Array) => honest.every(({ index }) => parameters[index * PLACES] !== 0)
  return {
    sealed,
    half: done.toSorted((a, b) => a - b)[HONEST >> 1],
    seals: sealsNow(),
    consensus,
    leftOut: statuses.reduce((sum, { leftOut }) => sum + leftOut, 0),
    inModel: statuses.filter(({ inModel }) => inModel).length,
    holdsAll: honest.every(({ gossip }) => holds(gossip?.parameters() ?? new Float32Array(peers * PLACES + 1))),
    steps: statuses.map(({ ownSteps }) => ownSteps),
    least: steps,
    warnings,
  }
}
