/**
 * Runs a scenario: peers that people start, break and start again, each of which goes when it has no more to do, as the command does.
 *
 * @packageDocumentation
 */

import type { VirtualClock } from '../../../simulations/virtual/clock.ts'
import { createWorld, type World } from '../../../simulations/virtual/world.ts'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { adpsgd } from '../../../src/averaging/rules/adpsgd.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import type { GossipEvents } from '../../../src/gossip/events.ts'
import { createGossip } from '../../../src/gossip/gossip.ts'
import type { GossipOptions } from '../../../src/gossip/options.ts'
import type { PeerId } from '../../../src/gossip/ports.ts'
import type { PeerOutcome } from '../../../src/gossip/status.ts'
import { createMarkingTrainer } from './marking-trainer.ts'
import { type Core, createWatch } from './watch.ts'

/** How a person starts a peer. */
export interface Beginning extends Partial<Pick<GossipOptions, 'steps' | 'minimumPeers' | 'wait' | 'hasContacts'>> {
  readonly index: number
  /** Since the act began, in milliseconds. */
  readonly at: number
}

/** The ways to disturb a swarm that runs. */
export interface Hands {
  readonly clock: VirtualClock
  /** Since the act began, in milliseconds. */
  at(milliseconds: number, action: () => void): void
  /** Ends a process, and starts it again after so long, or never. */
  crash(index: number, forMilliseconds: number): void
  split(group?: readonly number[]): void
  steps(index: number): number
  /** Starts one that the act has not started. */
  begin(beginning: Omit<Beginning, 'at'>): void
}

export interface Act {
  readonly beginnings: readonly Beginning[]
  readonly disturb?: (hands: Hands) => void
  /** Between this act and the next one. */
  readonly after?: (world: World) => Promise<void>
}

export interface Scenario extends Pick<GossipOptions, 'steps' | 'localSteps' | 'minimumPeers' | 'target' | 'patience'> {
  readonly peers: number
  /** Whether everybody averages in step, by D-PSGD; in pairs otherwise. */
  readonly inRounds?: boolean
  readonly stepMs: readonly number[]
  readonly samples: readonly number[]
  /** One after the other: the next begins when everybody of this one has ended. */
  readonly acts: readonly Act[]
  /** Whether a peer's training gives no numbers in an interval. */
  readonly spoils?: (index: number, interval: number) => boolean
  /** Whether a peer may fail, as this scenario has it. */
  readonly mayFail?: (index: number, error: Error) => boolean
  /** Checks how it ended. @returns what is wrong with that, if anything is */
  readonly expects?: (ends: readonly End[]) => string | undefined
}

/** How a peer's last life ended. */
export interface End extends Pick<PeerOutcome, 'ownSteps' | 'inModel' | 'leftOut' | 'members'> {
  readonly index: number
  readonly kind: 'sealed' | 'alone' | 'failed' | 'gone'
  readonly hash: string | undefined
}

export interface Run {
  readonly ends: readonly End[]
  readonly violation: string | undefined
  /** Virtual seconds. */
  readonly took: number
}

/** How often a peer's program looks whether it may go; the network's delays are shorter. */
const WATCH_MS = 100

/** How often everybody is looked at, beside whenever something happens. */
const LOOK_MS = 50

/** An act that has not ended by then never will: longer than any patience of the core, one after the other. */
const LIMIT_MS = 20 * 60_000

const NOTHING: PeerOutcome = {
  ownSteps: 0,
  exchanges: 0,
  exchangesAsked: 0,
  partners: 0,
  inModel: false,
  leftOut: 0,
  members: 0,
  vanished: 0,
}

export async function runScenario(
  scenario: Scenario,
  seed: number,
  { core = createGossip, log }: { readonly core?: Core; readonly log?: (line: string) => void } = {},
): Promise<Run> {
  const { peers, acts } = scenario
  const watch = createWatch(peers)
  const intervals: number[] = new Array(peers).fill(0)
  const said = new Map<PeerId, { alone?: true; failed?: Error }>()
  let beginnings: readonly Beginning[] = []
  const ends = new Map<number, End>()
  /** Those that were started, or will be, and have not ended. */
  const expected = new Set<number>()

  const watched = watch.wrap(core)
  const world = createWorld({
    ...scenario,
    swarm: '70'.repeat(32),
    topology: complete,
    rule: scenario.inRounds === true ? dpsgd(mean) : adpsgd,
    maximumNorm: 1e6,
    evaluateEvery: Number.POSITIVE_INFINITY,
    seed,
    networkConditions: { delay: '1-5', loss: 0 },
    trainer: async (index, _random, clock) =>
      createMarkingTrainer(clock, {
        index,
        peers,
        stepMs: scenario.stepMs[index],
        samples: scenario.samples[index],
        nextInterval: () => intervals[index]++,
        onMark: place => watch.marked(index, place),
        spoils: interval => scenario.spoils?.(index, interval) ?? false,
      }),
    onEvent(peer, name, detail) {
      watch.onEvent(peer, name, detail)
      if (name === 'alone') said.set(peer, { ...said.get(peer), alone: true })
      if (name === 'failed') said.set(peer, { ...said.get(peer), failed: (detail as GossipEvents['failed']).error })
    },
    log,
    core: (options, emit) => {
      const own = beginnings.find(({ index }) => world.simulatedPeers[index].peer === options.network.self)
      const given = Object.entries(own ?? {}).filter(
        ([name, value]) => value !== undefined && name !== 'index' && name !== 'at',
      )
      return watched({ ...options, ...Object.fromEntries(given) }, emit)
    },
  })
  watch.attach(world)
  const { clock, simulatedPeers } = world

  function begin(index: number): void {
    const { peer } = simulatedPeers[index]
    said.delete(peer)
    world.start(index).then(
      () => {
        watch.started(index)
        follow(index, simulatedPeers[index].crashed)
      },
      (error: Error) => watch.fail(`${peer} did not start: ${error.stack}`),
    )
  }

  /** Stops a peer when the command would: when there is nobody left, or nobody needs it any more. */
  function follow(index: number, life: number): void {
    const { peer, gossip, crashed } = simulatedPeers[index]
    if (gossip === undefined || crashed !== life) return
    const { alone, failed } = said.get(peer) ?? {}
    const kind = failed !== undefined ? 'failed' : alone === true ? 'alone' : gossip.dismissed() ? 'sealed' : undefined
    if (kind === undefined) {
      clock.after(WATCH_MS, () => follow(index, life))
      return
    }
    if (failed !== undefined && scenario.mayFail?.(index, failed) !== true)
      watch.fail(`${peer} failed: ${failed.stack}`)
    watch.look()
    const { ownSteps, inModel, leftOut, members } = gossip.status()
    ends.set(index, { index, kind, hash: gossip.sealed(), ownSteps, inModel, leftOut, members })
    world.stop(index).then(
      () => {
        watch.ended(index)
        expected.delete(index)
      },
      (error: Error) => watch.fail(`${peer} did not stop: ${error.stack}`),
    )
  }

  const hands: Hands = {
    clock,
    at: (milliseconds, action) => void clock.after(milliseconds, action),
    crash(index, forMilliseconds) {
      // A peer that is about to go has said all that it had to say.
      if (simulatedPeers[index].gossip === undefined || ends.has(index)) return
      world.crash(index)
      watch.ended(index)
      if (Number.isFinite(forMilliseconds)) clock.after(forMilliseconds, () => begin(index))
      else {
        ends.set(index, { ...NOTHING, index, kind: 'gone', hash: undefined })
        expected.delete(index)
      }
    },
    split(group) {
      const names = group && new Set(group.map(index => simulatedPeers[index].peer))
      watch.split(names)
      world.network.split(names)
    },
    steps: index => simulatedPeers[index].gossip?.status().ownSteps ?? 0,
    begin(beginning) {
      beginnings = [...beginnings.filter(({ index }) => index !== beginning.index), { ...beginning, at: 0 }]
      expected.add(beginning.index)
      ends.delete(beginning.index)
      begin(beginning.index)
    },
  }

  let looking = true
  function lookAgain(): void {
    if (!looking) return
    watch.look()
    clock.after(LOOK_MS, lookAgain)
  }
  lookAgain()

  try {
    for (const act of acts) {
      beginnings = act.beginnings
      for (const { index, at } of beginnings) {
        expected.add(index)
        ends.delete(index)
        clock.after(at, () => begin(index))
      }
      act.disturb?.(hands)
      await clock.run(() => watch.violation() !== undefined || expected.size === 0, clock.now() + LIMIT_MS)
      if (watch.violation() !== undefined) break
      await act.after?.(world)
    }
    const wrong = watch.violation() === undefined ? scenario.expects?.([...ends.values()]) : undefined
    if (wrong !== undefined) watch.fail(wrong)
  } catch (error) {
    const phases = simulatedPeers.map(({ peer, gossip }) => `${peer} ${gossip?.status().phase ?? 'down'}`)
    watch.fail(`it has not ended (${(error as Error).message}): ${phases.join(', ')}`)
  }
  looking = false
  return { ends: [...ends.values()], violation: watch.violation(), took: clock.now() / 1_000 }
}
