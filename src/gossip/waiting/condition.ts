import type { AbortOptions, Clock } from '../ports.ts'
import { CONDITION_POLL_MS } from './constants.ts'

/** What several wait for. Whoever waits looks again when it is notified, and now and then besides: silence notifies nobody. */
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
