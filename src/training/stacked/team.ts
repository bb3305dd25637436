import { TrainerDiedError } from '../errors.ts'

/** Samples that one thread takes at least, and partial sums are of: kernels multiply four rows at once. */
export const CHUNK = 4

/**
 * Threads that carry out every call together, each a part of it: all make the same calls, in the same order. What is computed does not
 * depend on how many they are.
 */
export interface Team {
  /** Which of them this thread is; 0 is the one that was called. */
  readonly index: number
  readonly size: number
  /** Waits until all have come here: what any of them wrote before, all can read after it. */
  meet(): void
}

/** A thread that does everything itself. */
export const ALONE: Team = { index: 0, size: 1, meet() {} }

/**
 * This thread's part of so many, which are shared out in stretches.
 *
 * @param grain length of a stretch; the last may be shorter
 * @returns the first, and the one after the last
 */
export function partOf({ index, size }: Team, count: number, grain = CHUNK): readonly [number, number] {
  const stretches = Math.ceil(count / grain)
  const at = (thread: number) => Math.min(count, Math.floor((thread * stretches) / size) * grain)
  return [at(index), at(index + 1)]
}

/** Words of memory that a {@link createTeam} needs, all 0 at first. */
export const TEAM_WORDS = 3

/** Words of a team. */
const ARRIVED = 0
const MEETINGS = 1
const FAILED = 2

/**
 * Looks at the others before a thread goes to sleep, a tenth of a millisecond or so: parts are alike, so they come within microseconds, and
 * to be woken takes as long as a small model's step.
 */
const LOOKS = 20_000

/** How long the thread that was called waits for the others: a part takes milliseconds, and one that has died never comes. */
const PATIENCE_MS = 60_000

/** A team of several threads. */
export interface ThreadTeam extends Team {
  /** This thread comes to no meeting any more: those that wait for it fail. */
  fail(): void
}

/**
 * @param words in shared memory, {@link TEAM_WORDS}
 * @throws TrainerDiedError (from `meet`) where another thread has failed, or does not come
 */
export function createTeam(words: Int32Array, index: number, size: number): ThreadTeam {
  // The others wait for their next order, however long that takes.
  const patience = index === 0 ? PATIENCE_MS : Number.POSITIVE_INFINITY

  function sleepUntilAfter(meeting: number): void {
    while (Atomics.load(words, MEETINGS) === meeting) {
      const hasFailed = Atomics.load(words, FAILED) === 1
      if (!hasFailed && Atomics.wait(words, MEETINGS, meeting, patience) !== 'timed-out') continue
      throw new TrainerDiedError(
        'a thread that helps to train ended unexpectedly. ' +
          'Training cannot go on in this trainer: make a new one and restore the last saved state.',
      )
    }
  }

  return {
    index,
    size,
    meet() {
      const meeting = Atomics.load(words, MEETINGS)
      if (Atomics.add(words, ARRIVED, 1) === size - 1) {
        Atomics.store(words, ARRIVED, 0)
        Atomics.store(words, MEETINGS, meeting + 1)
        Atomics.notify(words, MEETINGS)
        return
      }
      for (let look = 0; look < LOOKS; look++) if (Atomics.load(words, MEETINGS) !== meeting) return
      sleepUntilAfter(meeting)
    },
    fail() {
      Atomics.store(words, FAILED, 1)
      Atomics.notify(words, MEETINGS)
    },
  }
}
