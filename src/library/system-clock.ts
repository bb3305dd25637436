import type { Clock } from '../gossip/ports.ts'

/** Real time, which never goes back: setting the machine's clock must not silence a peer for an hour. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),

  sleep(milliseconds, { signal }) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      const onAbort = () => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }, milliseconds)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  },

  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds)
    return () => clearTimeout(timer)
  },
}

/** The time of day, by which invitations end: unlike the time that passes it follows the machine's clock, and goes on while it sleeps. */
export const timeOfDay = { now: () => Date.now(), after: systemClock.after }
