import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { DeadlineError } from '../../../src/gossip/errors.ts'
import { createWatchdog } from '../../../src/gossip/waiting/watchdog.ts'

/** A watchdog on a virtual clock that counts the timers which are set and not cancelled or played. */
function watched(outer = new AbortController()) {
  const virtual = createVirtualClock()
  const timers = { set: 0, open: 0 }
  const clock = {
    ...virtual,
    after(milliseconds: number, callback: () => void) {
      timers.set++
      timers.open++
      let open = true
      const done = () => {
        if (open) timers.open--
        open = false
      }
      const cancel = virtual.after(milliseconds, () => {
        done()
        callback()
      })
      return () => {
        done()
        cancel()
      }
    },
  }
  const watchdog = createWatchdog(clock, outer.signal)

  /** Lets so much time pass. */
  async function pass(milliseconds: number): Promise<void> {
    let passed = false
    virtual.after(milliseconds, () => {
      passed = true
    })
    await virtual.run(() => passed)
  }

  return { watchdog, outer, timers, pass }
}

describe('a watchdog', () => {
  it('aborts with what took too long when a deadline passes, and not before', async () => {
    const { watchdog, pass } = watched()
    watchdog.expect('the answer', 1_499.7)
    await pass(1_499)
    expect(watchdog.signal.aborted).toBe(false)
    await pass(1)
    expect(watchdog.signal.reason).toEqual(new DeadlineError('the answer took longer than 1.5 s'))
  })

  it.each([
    ['later', 1_000, 3_000],
    ['sooner', 3_000, 1_000],
  ])('keeps to what is expected now where that is %s than what was expected before', async (_, before, now) => {
    const { watchdog, pass } = watched()
    watchdog.expect('the answer', before)
    watchdog.expect('the frame', now)
    await pass(now - 1)
    expect(watchdog.signal.aborted).toBe(false)
    await pass(1)
    expect(watchdog.signal.reason).toEqual(new DeadlineError(`the frame took longer than ${now / 1_000} s`))
  })

  it('lets time pass while it rests, and counts anew afterwards', async () => {
    const { watchdog, pass } = watched()
    watchdog.expect('the answer', 1_000)
    watchdog.rest()
    await pass(10_000)
    expect(watchdog.signal.aborted).toBe(false)
    watchdog.expect('the frame', 1_000)
    await pass(1_000)
    expect(watchdog.signal.aborted).toBe(true)
  })

  it('aborts when the whole takes too long, however soon each next thing comes', async () => {
    const { watchdog, pass } = watched()
    watchdog.within('the exchange', 5_000)
    for (let i = 0; i < 4; i++) {
      watchdog.expect('the frame', 1_500)
      await pass(1_000)
    }
    watchdog.expect('the frame', 1_500)
    await pass(999)
    expect(watchdog.signal.aborted).toBe(false)
    await pass(2)
    expect(watchdog.signal.reason).toEqual(new DeadlineError('the exchange took longer than 5 s'))
  })

  it('counts the whole on while it rests', async () => {
    const { watchdog, pass } = watched()
    watchdog.within('the exchange', 1_000)
    watchdog.rest()
    await pass(1_000)
    expect(watchdog.signal.aborted).toBe(true)
  })

  it('sets few timers, however many frames come in time', async () => {
    const { watchdog, timers, pass } = watched()
    watchdog.within('the exchange', 1_000_000)
    for (let i = 0; i < 1_000; i++) {
      watchdog.expect('the frame', 1_000)
      await pass(1)
    }
    expect(timers.set).toBeLessThanOrEqual(4)
  })

  it.each(['end', 'abort', 'pass'])('leaves nothing behind after %s', async how => {
    const { watchdog, timers, pass, outer } = watched()
    watchdog.within('the exchange', 2_000)
    watchdog.expect('the frame', 1_000)
    if (how === 'end') watchdog.end()
    else if (how === 'abort') outer.abort(new Error('stopped'))
    else await pass(1_000)
    watchdog.expect('another frame', 1_000)
    watchdog.within('the exchange', 1_000)
    expect([timers.open, getEventListeners(outer.signal, 'abort').length]).toEqual([0, 0])
  })

  it('aborts nothing any more once the conversation is over', async () => {
    const { watchdog, pass, outer } = watched()
    watchdog.expect('the frame', 1_000)
    watchdog.end()
    await pass(1_000)
    outer.abort()
    watchdog.abort(new Error('too late'))
    expect(watchdog.signal.aborted).toBe(false)
  })

  it('is aborted with the outer signal, for its reason', () => {
    const { watchdog, outer } = watched()
    const reason = new Error('stopped')
    outer.abort(reason)
    expect(watchdog.signal.reason).toBe(reason)
  })

  it('is aborted from the beginning where the outer signal was', () => {
    const reason = new Error('stopped')
    const outer = new AbortController()
    outer.abort(reason)
    expect(watched(outer).watchdog.signal.reason).toBe(reason)
  })

  it('is aborted by the conversation itself, and stays with the first reason', () => {
    const { watchdog, outer } = watched()
    const reason = new Error('abandoned')
    watchdog.abort(reason)
    outer.abort(new Error('stopped'))
    expect(watchdog.signal.reason).toBe(reason)
  })
})
