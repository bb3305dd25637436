import type { Invariant } from './run-schedule.ts'
import type { Fault, Schedule } from './schedule.ts'

/** A smaller schedule that fails in the same way. */
export interface Shrunk {
  readonly schedule: Schedule
  /** Runs that it took. */
  readonly runs: number
}

/** How long a schedule is made smaller, at most. */
export interface ShrinkLimit {
  /** Real time. */
  readonly milliseconds: number
  /** Default: as many as there is time for. */
  readonly runs?: number
}

/** What of a schedule is made simpler, where it fails all the same. */
const SIMPLER: readonly ((schedule: Schedule) => Schedule)[] = [
  schedule => ({ ...schedule, conditions: { ...schedule.conditions, loss: 0 } }),
  schedule => ({ ...schedule, conditions: { ...schedule.conditions, duplicated: 0 } }),
  schedule => ({ ...schedule, conditions: { ...schedule.conditions, reordered: 0 } }),
  schedule => ({ ...schedule, compression: 'none' }),
  schedule => ({ ...schedule, topology: 'complete' }),
  schedule => ({ ...schedule, rule: 'adpsgd' }),
  schedule => ({ ...schedule, steps: 0 }),
  schedule => ({ ...schedule, dimension: 1 }),
  schedule => ({ ...schedule, dimension: Math.min(schedule.dimension, 8) }),
  schedule => ({ ...schedule, dimension: Math.ceil(schedule.dimension / 2) }),
  schedule => ({ ...schedule, liars: [] }),
]

/**
 * Delta debugging: halves of the faults are left out, then quarters, for as long as the rest fails in the same way; then single peers, and
 * what else makes a schedule large. Again, until nothing more can go, or the limit is reached.
 *
 * Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002).
 *
 * @param failing what a schedule breaks, if anything
 */
export async function shrink(
  schedule: Schedule,
  invariant: Invariant,
  failing: (schedule: Schedule) => Promise<Invariant | undefined>,
  limit: ShrinkLimit,
): Promise<Shrunk> {
  const until = performance.now() + limit.milliseconds
  let smallest = schedule
  let runs = 0

  const isSpent = () => performance.now() > until || runs >= (limit.runs ?? Number.POSITIVE_INFINITY)

  async function accept(candidate: Schedule): Promise<boolean> {
    if (isSpent() || JSON.stringify(candidate) === JSON.stringify(smallest)) return false
    runs++
    if ((await failing(candidate)) !== invariant) return false
    smallest = candidate
    return true
  }

  async function fewerFaults(): Promise<void> {
    for (let size = Math.ceil(smallest.faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < smallest.faults.length; ) {
        const faults = smallest.faults.toSpliced(from, size)
        if (!(await accept({ ...smallest, faults }))) from += size
      }
    }
  }

  async function fewerPeers(): Promise<void> {
    for (let peer = smallest.peers - 1; peer >= 0 && smallest.peers > 2; peer--) await accept(without(smallest, peer))
  }

  async function plainerFaults(): Promise<void> {
    for (const i of smallest.faults.keys()) {
      for (const plainer of plain(smallest.faults[i])) {
        await accept({ ...smallest, faults: smallest.faults.with(i, plainer) })
      }
    }
  }

  for (let before: Schedule | undefined; before !== smallest && !isSpent(); ) {
    before = smallest
    await fewerFaults()
    await fewerPeers()
    for (const simpler of SIMPLER) await accept(simpler(smallest))
    await plainerFaults()
  }
  return { schedule: smallest, runs }
}

/** The same without a peer: what befell it is left out, and the others move up. */
function without({ peers, liars, faults, ...rest }: Schedule, gone: number): Schedule {
  const moved = (peer: number) => (peer > gone ? peer - 1 : peer)
  return {
    ...rest,
    peers: peers - 1,
    liars: liars.filter(({ peer }) => peer !== gone).map(liar => ({ ...liar, peer: moved(liar.peer) })),
    faults: faults.flatMap((fault): Fault[] => {
      if (fault.kind === 'split') {
        const group = fault.group.filter(peer => peer !== gone).map(moved)
        return group.length === 0 || group.length === peers - 1 ? [] : [{ ...fault, group }]
      }
      if (fault.peer === gone || ('other' in fault && fault.other === gone)) return []
      const other = 'other' in fault ? { other: moved(fault.other) } : {}
      return [{ ...fault, peer: moved(fault.peer), ...other }]
    }),
  }
}

function plain(fault: Fault): Fault[] {
  if (fault.kind !== 'crash') return []
  const { damage: _, ...whole } = fault
  return [{ ...fault, clock: 0 }, whole, { ...fault, moment: 'at once' }]
}
