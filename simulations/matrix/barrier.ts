/** A point at which threads wait for each other. */
export interface Barrier {
  /** Returns when everybody has come. What anybody wrote to shared memory before, everybody sees after. */
  wait(): void
}

/** Words of shared memory that a barrier needs, zeros at the beginning. */
export const BARRIER_WORDS = 2

/**
 * How often a thread looks before it goes to sleep: some microseconds, as long as threads of equal work wait for each other.
 * A longer wait is for a thread that has no processor, and must not keep one from it.
 */
const LOOKS = 2_000

const ARRIVED = 0
const GENERATION = 1

/**
 * @param words `[2]` of the memory that the threads share
 * @param spins whether every thread has a processor of its own, so that looking again and again keeps nobody from working
 */
export function createBarrier(words: Int32Array, threads: number, spins: boolean): Barrier {
  return {
    wait() {
      if (threads === 1) return
      const generation = Atomics.load(words, GENERATION)
      if (Atomics.add(words, ARRIVED, 1) === threads - 1) {
        Atomics.store(words, ARRIVED, 0)
        Atomics.add(words, GENERATION, 1)
        Atomics.notify(words, GENERATION)
        return
      }
      if (spins) for (let look = 0; look < LOOKS; look++) if (Atomics.load(words, GENERATION) !== generation) return
      while (Atomics.load(words, GENERATION) === generation) Atomics.wait(words, GENERATION, generation)
    },
  }
}
