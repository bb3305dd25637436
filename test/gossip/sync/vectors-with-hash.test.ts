import { describe, expect, test } from 'vitest'
import { AVOIDANCE_MS } from '../../../src/gossip/streams/avoided-peers.ts'
import { receive } from '../../../src/gossip/streams/messages.ts'
import { MAX_SERVED_TO_ONE, STALLED_MS } from '../../../src/gossip/sync/constants.ts'
import { PIECE_FLOATS } from '../../../src/gossip/sync/pieces.ts'
import { FRAME_FLOATS } from '../../../src/parameters/constants.ts'
import { hashParameters } from '../../../src/parameters/hash.ts'
import type { Range } from '../../../src/parameters/range.ts'
import { never } from '../byzantine-peer.ts'
import { answerTo, createFetchingSwarm, document, giving, hashOf, refuse } from '../fetching-swarm.ts'

const vectorOf = (length: number, shift = 0) => {
  const vector = new Float32Array(length)
  for (let i = 0; i < length; i++) vector[i] = shift + (i % 1_000) / 1_000
  return vector
}

/** Two frames, the second one short. */
const SHORT = FRAME_FLOATS + 10
const short = vectorOf(SHORT)
const shortHash = hashOf(short)

/** Three pieces, the last one short. */
const LONG = 2 * PIECE_FLOATS + 100
const long = vectorOf(LONG)
const longHash = hashOf(long)

describe('what a peer says in place of a piece', () => {
  const whole: Range = { first: 0, end: SHORT }
  const [offer, first, second, digest] = answerTo(short, whole)
  const withElement = (value: number) => {
    const changed = short.slice()
    changed[5] = value
    return answerTo(changed, whole)
  }
  const answers: readonly [string, readonly Uint8Array[]][] = [
    ['a frame that is cut short', [offer, first.subarray(0, first.length - 4), second, digest]],
    ['a frame with bytes too many', [offer, Uint8Array.of(...first.subarray(0, 100), 0, 0, 0, 0), second, digest]],
    ['frames in another order', [offer, second, first, digest]],
    ['a frame twice', [offer, first, first, second, digest]],
    ['a frame too few', [offer, first, digest]],
    ['a frame too many', [offer, first, second, second, digest]],
    ['a corrupt frame', [offer, first.map((byte, i) => (i === 9 ? byte ^ 1 : byte)), second, digest]],
    ['a number that is none', withElement(Number.NaN)],
    ['a number without end', withElement(Number.NEGATIVE_INFINITY)],
    ['a vector of another length', answerTo(vectorOf(SHORT + 1), whole)],
    ['a vector of a huge length', [document({ type: 'vector', length: 2 ** 40, age: 0 }), first]],
    ['an age that nobody has', [document({ type: 'vector', length: SHORT, age: 2 ** 60 }), first, second, digest]],
    ['a digest that is none', [offer, first, second, document({ type: 'digest', hash: 'garbage' })]],
    ['no document', [first, second, digest]],
  ]
  const large = answerTo(
    short.map(() => 1e6),
    whole,
  )

  async function fetch(answer: readonly Uint8Array[], honest: boolean) {
    const swarm = await createFetchingSwarm({ length: SHORT, maximumNorm: 1e6 })
    await swarm.join('byzantine', async stream => {
      for (const frame of answer) await stream.write(frame, never)
      return false
    })
    if (honest) await swarm.hold('honest', short)
    const holders = honest ? ['byzantine', 'honest'] : ['byzantine']
    return { ...swarm, fetched: await swarm.run(swarm.newcomer.withHash(shortHash, holders, never)) }
  }

  test.for(answers)('%s gives nothing, and costs it its standing', async ([, answer]) => {
    const { fetched, blamed } = await fetch(answer, false)
    expect([fetched, blamed]).toEqual([undefined, ['byzantine']])
  })

  test('a vector above the norm of the recipe gives nothing, and costs nobody its standing', async () => {
    const { fetched, blamed } = await fetch(large, false)
    expect([fetched, blamed]).toEqual([undefined, []])
  })

  test('a vector above the norm of the recipe is asked for once, and then not for a while', async () => {
    const { newcomer, run, streams, wait } = await fetch(large, false)
    const again = () => run(newcomer.withHash(shortHash, ['byzantine'], never))
    await again()
    expect(streams).toEqual(['byzantine'])
    await wait(AVOIDANCE_MS)
    await again()
    expect(streams).toEqual(['byzantine', 'byzantine'])
  })

  test.for([...answers, ['a vector above the norm of the recipe', large] as const])(
    '%s keeps nobody from getting it elsewhere',
    async ([, answer]) => {
      const { fetched } = await fetch(answer, true)
      expect(hashParameters(fetched?.vector ?? new Float32Array(0))).toBe(shortHash)
    },
  )
})

describe('a vector with a hash', () => {
  test('is put together from pieces of all who hold it', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    for (const peer of ['a', 'b', 'c']) await swarm.hold(peer, long)
    const fetched = await swarm.run(swarm.newcomer.withHash(longHash, ['a', 'b', 'c'], never))
    expect(hashParameters(fetched?.vector ?? short)).toBe(longHash)
    expect(new Set(swarm.asked.map(({ peer }) => peer))).toEqual(new Set(['a', 'b', 'c']))
    expect(swarm.asked.length).toBe(3)
  })

  test('is fetched over one stream from a peer that gives all of it', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    await swarm.hold('a', long)
    const fetched = await swarm.run(swarm.newcomer.withHash(longHash, ['a'], never))
    expect([hashParameters(fetched?.vector ?? short), swarm.asked.length]).toEqual([longHash, 3])
    expect(swarm.streams).toEqual(['a'])
  })

  test('counts the bytes that it took', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    await swarm.hold('a', long)
    await swarm.run(swarm.newcomer.withHash(longHash, ['a'], never))
    expect(swarm.newcomer.fetchedBytes()).toBeGreaterThan(long.byteLength)
    expect(swarm.newcomer.fetchedBytes()).toBeLessThan(1.001 * long.byteLength)
  })

  test('without elements is fetched too', async () => {
    const nothing = new Float32Array(0)
    const swarm = await createFetchingSwarm({ length: 0 })
    await swarm.hold('a', nothing, 5)
    const fetched = await swarm.run(swarm.newcomer.withHash(hashParameters(nothing), ['a'], never))
    expect(fetched).toEqual({ vector: nothing, age: 5 })
  })

  test('that nobody has is not had, and nobody is to blame', async () => {
    const swarm = await createFetchingSwarm({ length: SHORT })
    await swarm.hold('a', short)
    expect(await swarm.run(swarm.newcomer.withHash(longHash, ['a', 'nobody'], never))).toBeUndefined()
    expect(swarm.blamed).toEqual([])
  })

  test('is gone on with where it was when one that held it dies', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    let given = 0
    await swarm.join('mortal', async (stream, piece) => {
      if (given++ === 1) {
        swarm.network.kill('mortal')
        return false
      }
      return await giving(long)(stream, piece)
    })
    expect(await swarm.run(swarm.newcomer.withHash(longHash, ['mortal'], never))).toBeUndefined()
    await swarm.hold('heir', long)
    const fetched = await swarm.run(swarm.newcomer.withHash(longHash, ['heir'], never))
    expect(hashParameters(fetched?.vector ?? short)).toBe(longHash)
    expect(swarm.asked.filter(({ peer }) => peer === 'heir').map(({ first }) => first)).toEqual([
      PIECE_FLOATS,
      2 * PIECE_FLOATS,
    ])
  })

  test('is had from others when one falls silent, long before that one is given up', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    await swarm.join('silent', async (stream, piece) => {
      await stream.write(answerTo(long, piece)[0], never)
      return await new Promise(() => {})
    })
    for (const peer of ['a', 'b']) await swarm.hold(peer, long)
    const fetched = await swarm.run(swarm.newcomer.withHash(longHash, ['silent', 'a', 'b'], never))
    expect(hashParameters(fetched?.vector ?? short)).toBe(longHash)
    expect(swarm.clock.now()).toBeLessThan(STALLED_MS)
  })

  test('takes no longer because one of three is a hundred times slower', async () => {
    const time = async (slowness: number) => {
      const swarm = await createFetchingSwarm({ length: LONG, bandwidth: 1_000 })
      await swarm.hold('slow', long, 0, slowness)
      for (const peer of ['a', 'b']) await swarm.hold(peer, long)
      await swarm.run(swarm.newcomer.withHash(longHash, ['slow', 'a', 'b'], never))
      return swarm.clock.now()
    }
    // Twice, for the slow one's piece; and until it is clear that it is slow.
    expect(await time(100)).toBeLessThan(6 * (await time(1)))
  })

  test('is not asked of one that has failed once', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    await swarm.join('busy', refuse)
    await swarm.hold('a', long)
    await swarm.run(swarm.newcomer.withHash(longHash, ['busy', 'a'], never))
    expect(swarm.streams.filter(peer => peer === 'busy').length).toBe(1)
  })
})

describe('one that gives pieces of another vector', () => {
  const other = vectorOf(LONG, 1e-3)

  test('is found out and blamed, and the others give the right one', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    await swarm.join('byzantine', giving(other))
    for (const peer of ['a', 'b']) await swarm.hold(peer, long)
    const fetched = await swarm.run(swarm.newcomer.withHash(longHash, ['byzantine', 'a', 'b'], never))
    expect(hashParameters(fetched?.vector ?? short)).toBe(longHash)
    expect(new Set(swarm.blamed)).toEqual(new Set(['byzantine']))
    expect(swarm.misled('byzantine')).toBeGreaterThan(0)
  })

  test('is blamed once where all of it came from that one', async () => {
    const swarm = await createFetchingSwarm({ length: SHORT })
    await swarm.join('byzantine', giving(vectorOf(SHORT, 1e-3)))
    const holders = ['byzantine', 'nobody', 'noone']
    expect(await swarm.run(swarm.newcomer.withHash(shortHash, holders, never))).toBeUndefined()
    expect(swarm.blamed).toEqual(['byzantine'])
  })

  test('is blamed where there is no other, and nothing is kept of it', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    await swarm.join('byzantine', giving(other))
    expect(await swarm.run(swarm.newcomer.withHash(longHash, ['byzantine'], never))).toBeUndefined()
    expect(swarm.blamed).toEqual(['byzantine'])
    await swarm.hold('a', long)
    const fetched = await swarm.run(swarm.newcomer.withHash(longHash, ['a'], never))
    expect(hashParameters(fetched?.vector ?? short)).toBe(longHash)
  })
})

describe('one that is asked for pieces', () => {
  const requests: readonly [string, Range][] = [
    ['beyond the end', { first: 0, end: SHORT + 1 }],
    ['that begin within a frame', { first: 1, end: SHORT }],
    ['that end within a frame', { first: 0, end: 10 }],
    ['without elements', { first: FRAME_FLOATS, end: FRAME_FLOATS }],
    ['backwards', { first: FRAME_FLOATS, end: 0 }],
  ]

  async function askers(count: number) {
    const swarm = await createFetchingSwarm({ length: SHORT })
    await swarm.hold('a', short)
    const open = async (asker: string, count: number) => {
      const port = swarm.network.join(asker)
      await port.start({
        stream: async () => {},
        announcement: () => 'accept',
        connected() {},
        acquainted() {},
        disconnected() {},
      })
      return await swarm.run(Promise.all(Array.from({ length: count }, () => port.open('a', 'fetch', never))))
    }
    return { ...swarm, streams: await open('asker', count), open }
  }

  test.for(requests)('%s ends the stream', async ([, piece]) => {
    const { streams, run } = await askers(1)
    await streams[0].write(document({ type: 'fetch', ...piece }), never)
    await expect(run(streams[0].read(never))).rejects.toThrow('reset')
  })

  test('and not for any does not wait for ever', async () => {
    const { streams, run } = await askers(1)
    await expect(run(streams[0].read(never))).rejects.toThrow('reset')
  })

  test('on many streams by one peer refuses that one, and no other', async () => {
    const { streams, run, open } = await askers(MAX_SERVED_TO_ONE + 1)
    await expect(run(receive(streams[MAX_SERVED_TO_ONE], 'vector', never))).rejects.toThrow('too many')
    const [another] = await open('another', 1)
    await another.write(document({ type: 'fetch', first: 0, end: SHORT }), never)
    expect(await run(receive(another, 'vector', never))).toMatchObject({ length: SHORT })
  })
})
