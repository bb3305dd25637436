/** Lets asynchronous calls in one after the other, in the order in which they were made. */
export interface Mutex {
  /** Settles as the call does. One that fails keeps none after it from its turn. */
  run<T>(call: () => Promise<T>): Promise<T>
  /** Resolves when all calls that were made so far have ended, however they ended. */
  idle(): Promise<void>
}

export function createMutex(): Mutex {
  /** The end of the last call that was made; none when nothing is under way. */
  let last: Promise<void> | undefined
  return {
    run(call) {
      const result = last === undefined ? call() : last.then(call)
      const done = () => {
        if (last === end) last = undefined
      }
      const end = result.then(done, done)
      last = end
      return result
    },
    async idle() {
      await last
    },
  }
}
