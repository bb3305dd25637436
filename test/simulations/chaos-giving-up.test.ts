import { describe, expect, test } from 'vitest'
import { createGossip } from '../../src/gossip/gossip.ts'
import { createRandom } from '../../src/random/random.ts'
import { ChaosError, type Core, chaosRun } from './chaos.ts'
import { decorateStreams, frameType } from './decorated-network.ts'

/** So long most settlements break, nobody may propose a seal, and faults go on: longer than one tries to settle with a peer that it reaches. */
const BROKEN_UNTIL_MS = 25_000

/** How many settlements break; the others may end what is open, or be cut by a fault. */
const BROKEN = 0.98

/** Few crash: after that a peer begins to count anew. */
const FAULTS = { peers: 6, crashes: 0.02, faultsUntil: BROKEN_UNTIL_MS }

interface Seen {
  /** Exchanges that were given up, and those that were taken back. */
  aborted: number
  returned: number
}

/** A core for which most settlements are reset, after the peer was reached; `forgets` makes it one that does not remember what it gave up. */
function settlesRarely(seed: number, seen: Seen, forgets = false): Core {
  const random = createRandom(seed).fork('settlements')
  return (options, emit) => {
    const { clock, storage } = options
    const network = decorateStreams(options.network, (stream, channel) => {
      if (channel !== 'settle') return stream
      const breaks = clock.now() < BROKEN_UNTIL_MS && random.uniform() < BROKEN
      return {
        ...stream,
        async read(abort) {
          const frame = await stream.read(abort)
          if (!breaks) return forgets ? withoutAborts(frame) : frame
          const reason = new Error('reset')
          stream.abort(reason)
          throw reason
        },
      }
    })
    const watched = storage && {
      ...storage,
      async append(entry: Parameters<typeof storage.append>[0]) {
        if (entry.type === 'aborted') seen.aborted++
        if (entry.type === 'returned') seen.returned++
        await storage.append(entry)
      },
    }
    const mayPropose = () => clock.now() > BROKEN_UNTIL_MS
    return createGossip({ ...options, network, storage: watched, mayPropose }, emit)
  }
}

const encode = (message: object) => new TextEncoder().encode(JSON.stringify(message))

/** A settlement in which nobody hears that an exchange was given up, but that it is done. */
function withoutAborts(frame: Uint8Array): Uint8Array {
  const type = frameType(frame)
  if (type !== 'settle' && type !== 'settled') return frame
  const message = JSON.parse(new TextDecoder().decode(frame))
  const ids = message.aborts.map(({ id }: { id: string }) => id)
  return encode({ ...message, aborts: [], ...(type === 'settled' && { done: [...message.done, ...ids] }) })
}

describe.skipIf(process.env.CHAOS_SEED !== undefined)('a swarm in which settlements break keeps its mean', () => {
  test('gives up, takes back, and ends', { timeout: 180_000 }, async () => {
    const seen: Seen = { aborted: 0, returned: 0 }
    for (let seed = 0; seed < 6; seed++) await chaosRun(seed, { ...FAULTS, core: settlesRarely(seed, seen) })
    expect(seen.aborted).toBeGreaterThan(20)
    expect(seen.returned).toBeGreaterThan(5)
  })

  test('where what was given up is not told, it does not', { timeout: 180_000 }, async () => {
    const failures: unknown[] = []
    const seen: Seen = { aborted: 0, returned: 0 }
    for (let seed = 0; seed < 3; seed++) {
      await chaosRun(seed, { ...FAULTS, core: settlesRarely(seed, seen, true) }).catch(error => failures.push(error))
    }
    expect(failures.length).toBeGreaterThan(0)
    expect(failures[0]).toBeInstanceOf(ChaosError)
  })
})
