import type { AbortOptions } from '../ports.ts'

/** Where the loops of one conversation wait for what the others of it do. */
export interface Turnstile {
  /** Something has changed. */
  turn(): void
  /** Resolves at the next {@link turn}. Rejects with the signal's reason, or when what was waited for has failed. */
  turned(): Promise<void>
  /** Calls back and turns when it has resolved: at once where there is nothing to wait for. */
  afterwards(done: Promise<void> | undefined, callback: () => void): void
}

export function createTurnstile({ signal }: AbortOptions): Turnstile {
  let waiting: PromiseWithResolvers<void> | undefined
  let failure: Error | undefined
  signal.addEventListener('abort', () => waiting?.reject(signal.reason), { once: true })

  function turn(): void {
    waiting?.resolve()
    waiting = undefined
  }

  return {
    turn,
    async turned() {
      signal.throwIfAborted()
      if (failure !== undefined) throw failure
      waiting ??= Promise.withResolvers()
      await waiting.promise
      if (failure !== undefined) throw failure
    },
    afterwards(done, callback) {
      if (done === undefined) {
        callback()
        turn()
        return
      }
      done.then(
        () => {
          callback()
          turn()
        },
        (error: Error) => {
          failure = error
          turn()
        },
      )
    },
  }
}
