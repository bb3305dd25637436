/**
 * The promises of a swarm as sums: what must hold at every moment of a run, whatever befalls it.
 *
 * @packageDocumentation
 */

import { addOpen } from '../../simulations/virtual/add-open.ts'
import type { World } from '../../simulations/virtual/world.ts'
import { MAX_MEMBERS, MAX_OPEN_WITH_ONE, WINDOW_FRAMES } from '../../src/gossip/constants.ts'
import { MAX_CONCURRENT_EXCHANGES, MAX_HELD_FRAMES } from '../../src/gossip/exchange/constants.ts'
import type { Abort, Decision, Doubt } from '../../src/gossip/state/checkpoint.ts'
import { JOURNAL_MINIMUM_BYTES, JOURNAL_OVER_PARAMETERS } from '../../src/gossip/state/constants.ts'
import { FRAME_FLOATS } from '../../src/parameters/constants.ts'
import { norm } from '../../src/parameters/vectors.ts'
import type { Drift } from './drift-trainer.ts'
import type { FaultyDisk } from './faulty-disk.ts'

/** How far the mean may move, in units of the largest norm that a peer's parameters have had: the rounding of some thousand float32 additions. */
export const MEAN_TOLERANCE = 1e-6

/** Frames of differences that are held at once: of exchanges that have ended, and of those that run. */
const MOST_HELD_FRAMES = MAX_HELD_FRAMES + MAX_CONCURRENT_EXCHANGES * WINDOW_FRAMES

const FLOAT_BYTES = 4

export interface AuditOptions {
  readonly world: World
  readonly disks: readonly FaultyDisk[]
  readonly drifts: readonly Drift[]
  readonly dimension: number
  /** Peers that lie, whose share in the mean is theirs to change. */
  readonly isLiar: (index: number) => boolean
  readonly fail: (invariant: 'mean' | 'bounds', what: string) => void
}

export interface Audit {
  /** Looks at the mean and at what stands open. */
  look(): void
  /** Looks also at what changes now and then. */
  lookAround(): void
  /** The peer took others' parameters in place of its own, which were those that it began with. */
  replaced(index: number): void
  /** So much of what the peer had written down is lost: the mean moves by that, once, and by nothing else. */
  lost(index: number, what: ReturnType<FaultyDisk['lost']>): void
  /** A peer that has lost something is back, or its partners have long noticed that it is not there: what was under way has ended. */
  returned(index: number): void
  /** The farthest that the mean has moved, in units of {@link MEAN_TOLERANCE}. */
  moved(): number
  /** Whether any peer has ever sealed. */
  hasSealed(): boolean
}

/** A state of a peer: of what it holds, or of what is on its disk. */
interface State {
  readonly index: number
  readonly parameters: Float32Array
  readonly step: number
  readonly decisions: readonly Decision[]
  readonly doubts: readonly Doubt[]
  readonly aborts?: readonly Abort[]
  readonly sealed: string | undefined
}

export function createAudit({ world, disks, drifts, dimension, isLiar, fail }: AuditOptions): Audit {
  const { simulatedPeers } = world
  /** What each began from, and when it had done how many steps: a latecomer begins from what others have. */
  const bases = drifts.map(({ initial }) => [{ step: 0, vector: initial }])
  const usualNorm = Math.sqrt(drifts.reduce((sum, { initial }) => sum + norm(initial) ** 2, 0) / drifts.length)
  /** What was lost or sealed, and is expected from then on. */
  const shift = new Float64Array(dimension)
  const losing = new Set<number>()
  const gone = new Set<number>()
  const lies = drifts.some((_, index) => isLiar(index))
  let isSealed = false
  let everSealed = false
  let moved = 0
  let largestNorm = usualNorm
  const sum = new Float64Array(dimension)

  function stateOf(index: number): State {
    const { gossip } = simulatedPeers[index]
    if (gossip !== undefined) {
      const sealed = gossip.sealed()
      return { index, parameters: gossip.parameters(), step: gossip.step(), sealed, ...gossip.open() }
    }
    const content = disks[index].content()
    if (content !== undefined) return { index, ...content }
    // Nothing was exchanged before the first checkpoint, so there is nothing to miss.
    return { index, parameters: drifts[index].initial, step: 0, decisions: [], doubts: [], sealed: undefined }
  }

  /** Adds up how far all peers together are from where they must be. */
  function addUp(states: readonly State[]): Float64Array {
    sum.fill(0)
    for (const { index, parameters, step } of states) {
      const from = bases[index].findLast(base => base.step <= step) as (typeof bases)[number][number]
      const steps = step - from.step
      const drift = drifts[index].step
      for (let i = 0; i < dimension; i++) sum[i] += parameters[i] - from.vector[i] - steps * drift[i]
    }
    addOpen(
      sum,
      states.map(state => ({ ...state, peer: simulatedPeers[state.index].peer })),
    )
    return sum
  }

  /** It had taken others' parameters, and goes on from what was written before that: from its own, with which it had exchanged nothing. */
  function forgetUnwritten(index: number): void {
    const { step, parameters } = stateOf(index)
    const isWritten = ({ step: taken }: (typeof bases)[number][number]) => {
      if (taken !== step) return taken < step
      const { initial, step: drift } = drifts[index]
      return parameters.some((value, i) => Math.abs(value - initial[i] - step * drift[i]) > MEAN_TOLERANCE * usualNorm)
    }
    const [own, ...taken] = bases[index]
    bases[index] = [own, ...taken.filter(isWritten)]
  }

  function expectThis(): void {
    shift.set(addUp(present()))
  }

  function present(): State[] {
    return simulatedPeers.flatMap(({ index }) => (gone.has(index) ? [] : [stateOf(index)]))
  }

  function checkMean(states: readonly State[]): void {
    if (lies || losing.size > 0 || states.length === 0) return
    // The seal takes one peer's vector for the mean of all: it may move the mean within the target.
    if (states.some(({ sealed }) => sealed !== undefined)) {
      isSealed = everSealed = true
      return
    }
    // Some had sealed, and found others too far: from here on it is that mean which must not move.
    if (isSealed) expectThis()
    isSealed = false
    // They are rounded by what they have become, where they began with less.
    largestNorm = Math.max(largestNorm, ...states.map(({ parameters }) => norm(parameters)))
    const distance = norm(addUp(states).map((value, i) => value - shift[i])) / states.length / largestNorm
    moved = Math.max(moved, distance / MEAN_TOLERANCE)
    if (!(distance <= MEAN_TOLERANCE))
      fail('mean', `the mean has moved by ${distance.toExponential(2)} of a peer's norm`)
  }

  function requireAtMost(index: number, what: string, found: number, most: number): void {
    if (found > most) fail('bounds', `${simulatedPeers[index].peer} holds ${found} ${what}; the most are ${most}`)
  }

  /** What stands open with others, all of it and with each. */
  function checkOpen({ index, decisions, doubts, aborts = [] }: State): void {
    if (decisions.length + doubts.length + aborts.length === 0) return
    const held = doubts.length + decisions.reduce((frames, { added = [] }) => frames + added.length, 0)
    requireAtMost(index, 'frames of differences', held, MOST_HELD_FRAMES)
    for (const { id, added = [] } of decisions)
      requireAtMost(index, `differences to take back of ${id}`, added.length, WINDOW_FRAMES)
    const doubted = countBy(doubts, ({ partner, id }) => `${partner}/${id}`)
    for (const [exchange, frames] of doubted)
      requireAtMost(index, `frames in doubt of ${exchange}`, frames, WINDOW_FRAMES)
    const open = [
      countBy(decisions, ({ partner }) => `decided exchanges with ${partner}`),
      countBy([...doubted.keys()], key => `exchanges in doubt with ${key.slice(0, key.indexOf('/'))}`),
      countBy(aborts, ({ partner }) => `exchanges given up with ${partner}`),
    ]
    for (const counts of open)
      for (const [what, exchanges] of counts) requireAtMost(index, what, exchanges, MAX_OPEN_WITH_ONE)
  }

  /** What a peer that lives remembers of others, and the journal on its disk. */
  function checkMemory(index: number): void {
    const { gossip } = simulatedPeers[index]
    if (gossip === undefined) return
    requireAtMost(index, 'members', gossip.members().length, Math.min(MAX_MEMBERS, simulatedPeers.length - 1))
    const frames = Math.min(WINDOW_FRAMES, Math.ceil(dimension / FRAME_FLOATS))
    // A checkpoint is begun when the journal is too long, and takes in what comes until then.
    const journal = Math.max(JOURNAL_MINIMUM_BYTES, JOURNAL_OVER_PARAMETERS * FLOAT_BYTES * dimension)
    const meanwhile = MAX_CONCURRENT_EXCHANGES * frames * FLOAT_BYTES * Math.min(dimension, FRAME_FLOATS)
    requireAtMost(index, 'bytes of differences in its journal', disks[index].journalled(), journal + meanwhile)
  }

  return {
    look() {
      const states = present()
      checkMean(states)
      for (const state of states) if (!isLiar(state.index)) checkOpen(state)
    },
    lookAround() {
      this.look()
      for (const { index } of simulatedPeers) if (!isLiar(index)) checkMemory(index)
    },
    replaced(index) {
      const gossip = simulatedPeers[index].gossip
      if (gossip !== undefined) bases[index].push({ step: gossip.step(), vector: gossip.parameters() })
    },
    lost(index, what) {
      forgetUnwritten(index)
      if (what === 'everything') gone.add(index)
      // What was trained is known from the steps; but what was sealed was no sum.
      if (what === 'exchanges' || what === 'everything' || (what === 'training' && everSealed)) losing.add(index)
    },
    returned(index) {
      if (losing.delete(index) && losing.size === 0) expectThis()
    },
    moved: () => moved,
    hasSealed: () => everSealed,
  }
}

function countBy<Item>(items: readonly Item[], nameOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1)
  return counts
}
