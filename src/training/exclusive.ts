import { TrainerStoppedError } from './errors.ts'

/** Carries out asynchronous calls one after the other, in the order in which they were made. */
interface Exclusive {
  /** @throws TrainerStoppedError where {@link close} comes before the call's turn */
  run<T>(call: () => Promise<T>): Promise<T>
  /** Begins no further call. Resolves when the one under way has ended, however it ended. */
  close(): Promise<void>
}

export function createExclusive(): Exclusive {
  /** The end of the last call that was made; none when nothing is under way. */
  let last: Promise<void> | undefined
  let closed = false
  return {
    run(call) {
      const turn = async () => {
        if (closed) throw new TrainerStoppedError()
        return call()
      }
      const result = last === undefined ? turn() : last.then(turn)
      const done = () => {
        if (last === end) last = undefined
      }
      const end = result.then(done, done)
      last = end
      return result
    },
    async close() {
      closed = true
      await last
    },
  }
}
