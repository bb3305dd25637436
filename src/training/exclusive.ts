import { createMutex } from '../mutex.ts'
import { TrainerStoppedError } from './errors.ts'

/** Carries out a trainer's calls one after the other, until it is closed. */
interface Exclusive {
  /** @throws TrainerStoppedError where {@link close} comes before the call's turn */
  run<T>(call: () => Promise<T>): Promise<T>
  /** Begins no further call. Resolves when the one under way has ended, however it ended. */
  close(): Promise<void>
}

export function createExclusive(): Exclusive {
  const mutex = createMutex()
  let closed = false
  return {
    run: call =>
      mutex.run(async () => {
        if (closed) throw new TrainerStoppedError()
        return await call()
      }),
    async close() {
      closed = true
      await mutex.idle()
    },
  }
}
