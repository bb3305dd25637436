import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { INTERFACE_WATCH_MS } from '../../src/network/constants.ts'
import { createInterfaceWatch, type InterfaceAddress, readInterfaces } from '../../src/network/interfaces.ts'

const LOOPBACK: InterfaceAddress = { name: 'lo', family: 4, address: '127.0.0.1', prefix: 8, isInternal: true }
const WIRED: InterfaceAddress = { name: 'eth0', family: 4, address: '10.0.0.2', prefix: 24, isInternal: false }
const LEASED: InterfaceAddress = { ...WIRED, address: '10.0.0.7' }

describe('interfaces', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('a change is told once, with what was before', () => {
    let said: readonly InterfaceAddress[] = [LOOPBACK, WIRED]
    const watch = createInterfaceWatch(() => said)
    const told: unknown[] = []
    const end = watch.whenChanged((now, before) => told.push([before, now]))
    vi.advanceTimersByTime(3 * INTERFACE_WATCH_MS)
    expect(told).toEqual([])

    said = [LOOPBACK, LEASED]
    vi.advanceTimersByTime(3 * INTERFACE_WATCH_MS)
    expect(told).toEqual([
      [
        [LOOPBACK, WIRED],
        [LOOPBACK, LEASED],
      ],
    ])
    end()
  })

  test('nobody is asked once nobody listens, and a late listener hears of no change that was before it', () => {
    let asked = 0
    let said: readonly InterfaceAddress[] = [LOOPBACK]
    const watch = createInterfaceWatch(() => {
      asked++
      return said
    })
    const first = watch.whenChanged(() => {})
    const second = watch.whenChanged(() => {})
    first()
    vi.advanceTimersByTime(INTERFACE_WATCH_MS)
    const whileWatched = asked
    second()
    said = [LOOPBACK, WIRED]
    vi.advanceTimersByTime(5 * INTERFACE_WATCH_MS)
    expect(asked).toBe(whileWatched)

    const told: unknown[] = []
    const third = watch.whenChanged(now => told.push(now))
    vi.advanceTimersByTime(INTERFACE_WATCH_MS)
    expect(told).toEqual([])
    third()
  })

  test('loopback of this machine is read as internal', () => {
    expect(readInterfaces()).toContainEqual(LOOPBACK)
  })
})
