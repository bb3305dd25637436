import { DeadlineError } from '../errors.ts'
import type { AbortOptions, Clock } from '../ports.ts'

/**
 * The deadlines of one conversation. It is itself the options that the conversation's reads and writes take: its signal is
 * aborted, with a {@link DeadlineError} that says what took too long, when a deadline passes, and with the outer signal's
 * reason when that is aborted.
 */
export interface Watchdog extends AbortOptions {
  /** From now on so long is given for the conversation as a whole, whatever else is expected meanwhile. */
  within(what: string, milliseconds: number): void
  /** From now on so long is given for what comes next, in place of what was expected before. */
  expect(what: string, milliseconds: number): void
  /** Nothing is expected of the partner now. */
  rest(): void
  /** Ends the conversation for another reason than time. */
  abort(reason: Error): void
  /** The conversation is over: nothing is aborted any more. To be called whatever happens. */
  end(): void
}

interface Deadline {
  readonly what: string
  readonly milliseconds: number
  /** Clock time. */
  readonly at: number
}

/**
 * The expectation changes with every frame, which nearly always comes in time. So a deadline that moves away leaves the timer where it is;
 * the timer looks when it fires, and sets itself anew. A conversation sets a handful of timers instead of one for each read.
 */
export function createWatchdog(clock: Clock, outer: AbortSignal): Watchdog {
  const controller = new AbortController()
  let whole: Deadline | undefined
  let next: Deadline | undefined
  let timer: { readonly at: number; cancel(): void } | undefined
  let over = false

  function end(): void {
    over = true
    timer?.cancel()
    outer.removeEventListener('abort', relay)
  }

  function abort(reason: unknown): void {
    if (over) return
    end()
    controller.abort(reason)
  }

  function relay(): void {
    abort(outer.reason)
  }

  function nearest(): Deadline | undefined {
    if (whole === undefined || next === undefined) return whole ?? next
    return whole.at < next.at ? whole : next
  }

  function watch(): void {
    const deadline = nearest()
    if (over || deadline === undefined || (timer !== undefined && timer.at <= deadline.at)) return
    timer?.cancel()
    timer = { at: deadline.at, cancel: clock.after(deadline.at - clock.now(), wake) }
  }

  function wake(): void {
    timer = undefined
    const deadline = nearest()
    if (deadline === undefined || clock.now() < deadline.at) watch()
    else abort(new DeadlineError(`${deadline.what} took longer than ${Math.round(deadline.milliseconds) / 1000} s`))
  }

  function deadlineFor(what: string, milliseconds: number): Deadline {
    return { what, milliseconds, at: clock.now() + milliseconds }
  }

  if (outer.aborted) relay()
  else outer.addEventListener('abort', relay)

  return {
    signal: controller.signal,
    within(what, milliseconds) {
      whole = deadlineFor(what, milliseconds)
      watch()
    },
    expect(what, milliseconds) {
      next = deadlineFor(what, milliseconds)
      watch()
    },
    rest() {
      next = undefined
    },
    abort,
    end,
  }
}
