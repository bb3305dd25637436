import { StoppedError } from './errors.ts'
import type { Events } from './events.ts'
import type { AbortOptions, Clock } from './ports.ts'

/** How long a peer lives: what was begun may go on a little longer than anything new is begun. */
export interface Lifetime {
  /** Aborted when the peer stops: nothing new is begun. */
  readonly stop: AbortOptions
  /** Aborted a little later: what is under way has had its time. */
  readonly end: AbortOptions
  /** Whether it has been started. Before that it may listen already. */
  readonly started: boolean
  /** Clock time of its start; of its making, before. */
  readonly startedAt: number
  /** @throws the reason of its stop, where it has been stopped */
  begin(): void
  beginStop(): void
  finish(): void
  /** The peer cannot go on. Told once, and not of what ends with the peer. */
  fail(error: unknown): void
}

export function createLifetime(clock: Clock, events: Events): Lifetime {
  const stopping = new AbortController()
  const ended = new AbortController()
  let started = false
  let startedAt = clock.now()
  let failed = false

  return {
    stop: { signal: stopping.signal },
    end: { signal: ended.signal },
    get started() {
      return started
    },
    get startedAt() {
      return startedAt
    },
    begin() {
      stopping.signal.throwIfAborted()
      started = true
      startedAt = clock.now()
    },
    beginStop: () => stopping.abort(new StoppedError()),
    finish: () => ended.abort(new StoppedError()),
    fail(error) {
      if (stopping.signal.aborted || failed) return
      failed = true
      events.emit('failed', { error: error instanceof Error ? error : new Error(String(error)) })
    },
  }
}
