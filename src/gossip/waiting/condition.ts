import type { AbortOptions, Clock } from '../ports.ts'
import { CONDITION_POLL_MS } from './constants.ts'

/** A state that several loops wait on. Each looks again when it is notified, and now and then besides: silence notifies nobody. */
export interface Condition {
  notify(): void
  /** Resolves when something may have changed. Rejects with the signal's reason when it is aborted. */
  wait(options: AbortOptions, atMost?: number): Promise<void>
}

export function createCondition(clock: Clock): Condition {
  let waiting: (() => void)[] = []

  return {
    notify() {
      const woken = waiting
      waiting = []
      for (const one of woken) one()
    },
    async wait({ signal }, atMost = CONDITION_POLL_MS) {
      signal.throwIfAborted()
      let cancel = () => {}
      let abort = () => {}
      try {
        await new Promise<void>((resolve, reject) => {
          waiting.push(resolve)
          cancel = clock.after(Math.max(0, Math.min(atMost, CONDITION_POLL_MS)), resolve)
          abort = () => reject(signal.reason)
          signal.addEventListener('abort', abort)
        })
      } finally {
        cancel()
        signal.removeEventListener('abort', abort)
      }
    },
  }
}

/**
 * A condition among the loops of one conversation, which run in step with the frames of an exchange: to wait costs neither a timer
 * nor a listener, since whatever they wait for notifies them.
 */
export interface ConversationCondition {
  notify(): void
  /** Resolves when something has changed. Rejects with the signal's reason, or when what was waited for has failed. */
  wait(): Promise<void>
  /** Calls back and notifies when it has resolved: at once where there is nothing to wait for. */
  notifyAfter(done: Promise<void> | undefined, callback: () => void): void
}

export function createConversationCondition({ signal }: AbortOptions): ConversationCondition {
  let waiting: PromiseWithResolvers<void> | undefined
  let failure: Error | undefined
  signal.addEventListener('abort', () => waiting?.reject(signal.reason), { once: true })

  function notify(): void {
    waiting?.resolve()
    waiting = undefined
  }

  return {
    notify,
    async wait() {
      signal.throwIfAborted()
      if (failure !== undefined) throw failure
      waiting ??= Promise.withResolvers()
      await waiting.promise
      if (failure !== undefined) throw failure
    },
    notifyAfter(done, callback) {
      if (done === undefined) {
        callback()
        notify()
        return
      }
      done.then(
        () => {
          callback()
          notify()
        },
        (error: Error) => {
          failure = error
          notify()
        },
      )
    },
  }
}
