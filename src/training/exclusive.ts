import { TrainerBusyError, TrainerStoppedError } from './errors.ts'

/** Lets one asynchronous call through at a time. */
interface Exclusive {
  /** @throws TrainerBusyError while another call is under way, TrainerStoppedError after {@link close} */
  run<T>(call: () => Promise<T>): Promise<T>
  /** Lets no further call through. Resolves when the one under way has ended, however it ended. */
  close(): Promise<void>
}

export function createExclusive(): Exclusive {
  let underWay: Promise<unknown> | undefined
  let closed = false
  return {
    async run(call) {
      if (closed) throw new TrainerStoppedError()
      if (underWay !== undefined) throw new TrainerBusyError()
      const result = call()
      underWay = result
      try {
        return await result
      } finally {
        underWay = undefined
      }
    },
    async close() {
      closed = true
      await underWay?.catch(() => {})
    },
  }
}
