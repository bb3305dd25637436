import type { AbortOptions } from '../gossip/ports.ts'

/** Items that arrived, in order, to be waited for. */
export interface Mailbox<T> {
  put(item: T): void
  /** The next item; rejects with the signal's reason when none comes in time. */
  take(options: AbortOptions): Promise<T>
}

export function createMailbox<T>(): Mailbox<T> {
  const items: T[] = []
  const takers: ((item: T) => void)[] = []
  return {
    put(item) {
      const taker = takers.shift()
      if (taker === undefined) items.push(item)
      else taker(item)
    },
    take({ signal }) {
      return new Promise((resolve, reject) => {
        if (items.length > 0) return resolve(items.shift() as T)
        if (signal.aborted) return reject(signal.reason)
        const onAbort = () => {
          takers.splice(takers.indexOf(taker), 1)
          reject(signal.reason)
        }
        const taker = (item: T) => {
          signal.removeEventListener('abort', onAbort)
          resolve(item)
        }
        takers.push(taker)
        signal.addEventListener('abort', onAbort, { once: true })
      })
    },
  }
}
