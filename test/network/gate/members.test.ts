import type { Connection } from '@libp2p/interface'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openAdmission } from '../../../src/admission/open.ts'
import type { FrameStream } from '../../../src/gossip/ports.ts'
import { REPLACED_MS } from '../../../src/network/gate/constants.ts'
import { createMembers } from '../../../src/network/gate/members.ts'
import { MEMBERSHIP_PROTOCOL, protocolOf } from '../../../src/network/protocols.ts'

const SILENT: FrameStream = {
  peer: 'other',
  write: async () => {},
  read: () => new Promise(() => {}),
  close: async () => {},
  abort() {},
  traffic: { bytesIn: 0, bytesOut: 0 },
}

/** A connection to the same member, of which only what `members.ts` looks at is there. */
function createConnection(opened: number) {
  const streams: { readonly protocol: string }[] = []
  const state = {
    bytes: 0,
    isAborted: false,
    /** These are under way on it from now on. */
    carry(...protocols: readonly string[]) {
      streams.splice(0, streams.length, ...protocols.map(protocol => ({ protocol })))
    },
  }
  const connection = Object.assign(new EventTarget(), {
    remotePeer: { toString: () => 'other' },
    direction: 'outbound',
    timeline: { open: opened },
    status: 'open',
    streams,
    abort() {
      state.isAborted = true
    },
  })
  return { state, connection: connection as unknown as Connection }
}

describe('a connection that another one has replaced', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** @param self of two the one with the smaller id closes it, and the other after twice as long */
  function replaced(self: string) {
    const [older, newer] = [createConnection(0), createConnection(1)]
    const states = new Map([older, newer].map(({ connection, state }) => [connection, state]))
    const members = createMembers({
      self,
      admission: openAdmission(),
      refusals: { add() {}, delete() {} },
      entered() {},
      left() {},
      bytesIn: connection => states.get(connection)?.bytes,
    })
    for (const { connection } of [older, newer]) members.add(connection, SILENT)
    expect(members.connectionTo('other')).toBe(newer.connection)
    return older.state
  }

  const smaller = 'a'

  test('is closed when nothing is under way on it, however much it brings', () => {
    const state = replaced(smaller)
    state.carry('/meshsub/1.2.0', MEMBERSHIP_PROTOCOL)
    for (let looks = 0; looks < 2; looks++) {
      state.bytes++
      vi.advanceTimersByTime(REPLACED_MS / 2)
    }
    expect(state.isAborted).toBe(true)
  })

  test.each([
    [smaller, REPLACED_MS],
    ['z', 2 * REPLACED_MS],
  ])('stays while an exchange on it brings something, and no longer, seen by %s', (self, after) => {
    const state = replaced(self)
    state.carry(protocolOf('exchange'))
    for (let looks = 0; looks < 5; looks++) {
      state.bytes++
      vi.advanceTimersByTime(after)
      expect(state.isAborted).toBe(false)
    }
    vi.advanceTimersByTime(after)
    expect(state.isAborted).toBe(true)
  })

  test('stays no longer than until what was under way has ended', () => {
    const state = replaced(smaller)
    state.carry(protocolOf('fetch'))
    state.bytes++
    vi.advanceTimersByTime(REPLACED_MS)
    expect(state.isAborted).toBe(false)
    state.carry()
    state.bytes++
    vi.advanceTimersByTime(REPLACED_MS)
    expect(state.isAborted).toBe(true)
  })
})
