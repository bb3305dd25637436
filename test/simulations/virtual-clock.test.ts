import { describe, expect, test } from 'vitest'
import { createVirtualClock, StalledError } from '../../simulations/virtual/clock.ts'

describe('the virtual clock', () => {
  test('plays events in the order of their time, whatever the order in which they were set', async () => {
    const clock = createVirtualClock()
    const played: number[] = []
    for (const at of [5, 1, 4, 2, 3, 0]) clock.after(at, () => played.push(at))
    await clock.run(() => played.length === 6)
    expect(played).toEqual([0, 1, 2, 3, 4, 5])
  })

  test('plays events of one time in the order in which they were set', async () => {
    const clock = createVirtualClock()
    const played: string[] = []
    for (const name of 'abcdefg') clock.after(7, () => played.push(name))
    await clock.run(() => played.length === 7)
    expect(played.join('')).toBe('abcdefg')
  })

  test('jumps to the time of the next event', async () => {
    const clock = createVirtualClock()
    let at = -1
    clock.after(3_600_000, () => {
      at = clock.now()
    })
    await clock.run(() => at >= 0)
    expect(at).toBe(3_600_000)
  })

  test('does not play an event that was cancelled', async () => {
    const clock = createVirtualClock()
    const played: string[] = []
    const cancel = clock.after(1, () => played.push('cancelled'))
    clock.after(2, () => played.push('kept'))
    cancel()
    await clock.run(() => played.length > 0)
    expect(played).toEqual(['kept'])
  })

  test('lets everything go on that can, before time passes', async () => {
    const clock = createVirtualClock()
    const times: number[] = []
    const chain = async () => {
      for (let i = 0; i < 50; i++) await Promise.resolve()
      times.push(clock.now())
    }
    clock.after(1, () => void chain())
    clock.after(2, () => times.push(clock.now()))
    await clock.run(() => times.length === 2)
    expect(times).toEqual([1, 2])
  })

  test('ends a sleep when its signal is aborted', async () => {
    const clock = createVirtualClock()
    const abort = new AbortController()
    const sleeping = clock
      .sleep(1_000, { signal: abort.signal })
      .catch((error: Error) => `${clock.now()} ${error.message}`)
    clock.after(10, () => abort.abort(new Error('enough')))
    let result: unknown
    sleeping.then(value => {
      result = value
    })
    await clock.run(() => result !== undefined)
    expect(result).toBe('10 enough')
  })

  test('stands still while real work is done', async () => {
    const clock = createVirtualClock()
    const during: number[] = []
    let done = false
    clock.after(1, () => during.push(clock.now()))
    clock
      .work(100, async () => {
        for (let i = 0; i < 5; i++) {
          await new Promise(resolve => setImmediate(resolve))
          during.push(clock.now())
        }
      })
      .then(() => {
        done = true
      })
    await clock.run(() => done)
    expect(during).toEqual([0, 0, 0, 0, 0, 1])
    expect(clock.now()).toBe(100)
  })

  test('does works one after the other, in the order in which they were asked for', async () => {
    const clock = createVirtualClock()
    const steps: string[] = []
    let done = 0
    for (const [name, turns] of [
      ['slow', 5],
      ['fast', 1],
    ] as const) {
      const work = async () => {
        steps.push(`${name} begins`)
        for (let i = 0; i < turns; i++) await new Promise(resolve => setImmediate(resolve))
        steps.push(`${name} ends`)
      }
      clock.work(10, work).then(() => done++)
    }
    await clock.run(() => done === 2)
    expect(steps).toEqual(['slow begins', 'slow ends', 'fast begins', 'fast ends'])
  })

  test('hands on the failure of a work', async () => {
    const clock = createVirtualClock()
    let failure: unknown
    clock
      .work(10, async () => {
        throw new Error('no luck')
      })
      .catch(error => {
        failure = error
      })
    await clock.run(() => failure !== undefined)
    expect(failure).toEqual(new Error('no luck'))
  })

  test('says that it stalled when nothing is left to happen', async () => {
    const clock = createVirtualClock()
    clock.after(1_500, () => {})
    await expect(clock.run(() => false)).rejects.toThrow(
      new StalledError('nothing is left to happen after 1.5 virtual s'),
    )
  })

  test('says that it stalled when the limit is reached', async () => {
    const clock = createVirtualClock()
    const tick = () => void clock.after(100, tick)
    tick()
    await expect(clock.run(() => false, 2_000)).rejects.toThrow(new StalledError('not done after 2 virtual s'))
  })

  test('rejects a sleep at once when its signal is aborted already', async () => {
    const aborted = AbortSignal.abort(new Error('too late'))
    await expect(createVirtualClock().sleep(1, { signal: aborted })).rejects.toThrow('too late')
  })
})
