import type { AbortOptions, Clock } from '../../src/gossip/ports.ts'

/** Time that passes only when nothing is left to do: a run of hours takes as long as its events, and always the same ones. */
export interface VirtualClock extends Clock {
  /**
   * Plays events in the order of their time, and those of one time in the order in which they were set, until `done`.
   *
   * @throws StalledError when nothing is left that could happen, or the limit is reached
   */
  run(done: () => boolean, limitMilliseconds?: number): Promise<void>
  /**
   * Real work (training, say) that takes so much virtual time. The clock stands still until it is done, and works are
   * done one after the other, so neither their speed nor their order on this machine can change what happens.
   */
  work<T>(milliseconds: number, body: () => Promise<T>): Promise<T>
}

/** A virtual run that did not end. */
export class StalledError extends Error {
  override readonly name = 'StalledError'
}

interface Event {
  readonly at: number
  readonly order: number
  /** Undefined once it was cancelled: whatever it refers to is not kept until its time. */
  callback: (() => void) | undefined
}

/**
 * Turns that are asked of Node at once. Between two immediates of one loop every promise that can go on does, as between
 * two loops; but a loop also asks the system for news, which takes longer than most events.
 */
const TURNS_A_LOOP = 64

/** A clock that jumps from event to event, at 0 in the beginning. */
export function createVirtualClock(): VirtualClock {
  /** A binary heap: the next event is the first. */
  let queue: Event[] = []
  let cancelled = 0
  let now = 0
  let order = 0
  let working: Promise<unknown> | undefined

  const before = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.order < b.order)

  function push(event: Event): void {
    let child = queue.length
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!before(event, queue[parent])) break
      queue[child] = queue[parent]
      child = parent
    }
    queue[child] = event
  }

  function pop(): Event | undefined {
    const [top] = queue
    const last = queue.pop()
    if (last !== undefined && queue.length > 0) sink(last)
    return top
  }

  /** Puts an event in the place of the first one, and from there to where it belongs. */
  function sink(event: Event, from = 0): void {
    let hole = from
    for (;;) {
      let child = 2 * hole + 1
      if (child >= queue.length) break
      if (child + 1 < queue.length && before(queue[child + 1], queue[child])) child++
      if (!before(queue[child], event)) break
      queue[hole] = queue[child]
      hole = child
    }
    queue[hole] = event
  }

  /** The next that was not cancelled. */
  function next(): Event | undefined {
    for (let event = pop(); event !== undefined; event = pop()) {
      if (event.callback !== undefined) return event
      cancelled--
    }
    return undefined
  }

  /** Almost every deadline is cancelled long before its time: kept until then, they would be most of the memory. */
  function discardCancelled(): void {
    queue = queue.filter(({ callback }) => callback !== undefined)
    cancelled = 0
    for (let i = (queue.length >> 1) - 1; i >= 0; i--) sink(queue[i], i)
  }

  function after(milliseconds: number, callback: () => void): () => void {
    const event: Event = { at: now + Math.max(0, milliseconds), order: order++, callback }
    push(event)
    return () => {
      // One that was played is cancelled too, and is no longer in the queue.
      if (event.callback === undefined) return
      event.callback = undefined
      cancelled++
      if (2 * cancelled > queue.length) discardCancelled()
    }
  }

  function sleep(milliseconds: number, { signal }: AbortOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      const onAbort = () => {
        cancel()
        reject(signal.reason)
      }
      const cancel = after(milliseconds, () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      })
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  return {
    now: () => now,
    after,
    sleep,

    work(milliseconds, body) {
      const previous = working ?? Promise.resolve()
      const result = previous.then(body)
      const finished = result.then(
        () => {},
        () => {},
      )
      working = finished
      finished.then(() => {
        if (working === finished) working = undefined
      })
      // Work that takes no time needs no event, and may be asked for before the clock runs.
      if (milliseconds === 0) return result
      const slept = new Promise<void>(resolve => after(milliseconds, resolve))
      return slept.then(() => result)
    },

    run(done, limitMilliseconds = Number.POSITIVE_INFINITY) {
      return new Promise((resolve, reject) => {
        /** @returns whether time may go on at once */
        function play(): boolean {
          if (done()) {
            resolve()
            return false
          }
          if (working !== undefined) {
            working.then(loop)
            return false
          }
          const event = next()
          if (event === undefined) throw new StalledError(`nothing is left to happen after ${now / 1000} virtual s`)
          if (event.at > limitMilliseconds)
            throw new StalledError(`not done after ${limitMilliseconds / 1000} virtual s`)
          now = event.at
          const { callback } = event
          event.callback = undefined
          callback?.()
          return true
        }

        function loop(): void {
          let goesOn = true
          const turn = () => {
            if (!goesOn) return
            try {
              goesOn = play()
            } catch (error) {
              goesOn = false
              reject(error)
            }
          }
          // Every promise that can go on without time passing goes on before time passes.
          for (let i = 0; i < TURNS_A_LOOP; i++) setImmediate(turn)
          setImmediate(() => goesOn && loop())
        }
        loop()
      })
    },
  }
}
