import { describe, expect, test } from 'vitest'
import { WINDOW_FRAMES } from '../../../src/gossip/constants.ts'
import { NormError, ProtocolViolationError, RefusedError } from '../../../src/gossip/errors.ts'
import { MAX_CONCURRENT_EXCHANGES } from '../../../src/gossip/exchange/constants.ts'
import { CROSSED } from '../../../src/gossip/exchange/exchange.ts'
import type { FrameStream } from '../../../src/gossip/ports.ts'
import { FRAME_FLOATS } from '../../../src/parameters/constants.ts'
import { createRandom } from '../../../src/random/random.ts'
import { frameType } from '../../simulations/decorated-network.ts'
import { createReplicaSwarm, type ReplicaSwarm } from '../swarm-of-replicas.ts'

const parameters = ({ peers }: ReplicaSwarm) => peers.map(({ replica }) => [...replica.parameters])

describe('an exchange', () => {
  test('leaves both with the average', async () => {
    const swarm = await createReplicaSwarm([
      [1, 2, -8],
      [3, 10, 8],
    ])
    const [a, b] = swarm.peers
    await swarm.run(a.average(b))
    expect(parameters(swarm)).toEqual([
      [2, 6, 0],
      [2, 6, 0],
    ])
  })

  test('adds to one exactly what it takes from the other, whatever the values', async () => {
    const random = createRandom(1)
    const draw = () => Array.from({ length: 1_000 }, () => random.normal() * 10 ** random.integer(8))
    const swarm = await createReplicaSwarm([draw(), draw()])
    const [a, b] = swarm.peers
    await swarm.run(a.average(b))
    expect(a.added[0].values).toEqual(b.added[0].values.map(value => -value))
  })

  test('is forgotten by both when it is done', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    await swarm.run(a.average(b))
    expect([a, b].flatMap(({ replica }) => [replica.ledger.decisions(), replica.ledger.doubts()]).flat()).toEqual([])
  })

  test('leaves half of its own share to a peer that is in another', async () => {
    const swarm = await createReplicaSwarm([[0], [60], [12]])
    const [a, b, c] = swarm.peers
    await swarm.run(Promise.all([a.average(b), c.average(b)]))
    // The peer that came first found b in no other exchange, the other found it in one with the weight 1/2: 1/2 and 1/4.
    const weights = [a, c].map(({ added }, i) => added[0].values[0] / [60, 48][i])
    // b's value may have changed by the first before it is said in the second.
    expect(Math.max(...weights)).toBe(1 / 2)
    expect(Math.min(...weights)).toBeLessThanOrEqual(1 / 4)
  })

  test('by shares never takes more than a peer has to give: one that is in two at once stays between the others', async () => {
    // Ages of 0, 1 and 2: the first would be all of the second, and all of the third.
    const swarm = await createReplicaSwarm([[0], [60], [12]], { share: (own, theirs) => theirs / (own + theirs) })
    const [a, b, c] = swarm.peers
    await swarm.run(Promise.allSettled([a.average(b), a.average(c)]))
    expect([60, 12]).toContain(a.replica.parameters[0])
    expect(parameters(swarm).slice(1)).toEqual([[60], [12]])
  })

  test('keeps the sum when a peer is in two of them at once', async () => {
    const swarm = await createReplicaSwarm([[0], [60], [12]])
    const [a, b, c] = swarm.peers
    await swarm.run(Promise.all([a.average(b), c.average(b)]))
    expect(swarm.sum()).toEqual([72])
  })

  test('loses nothing of what is learned meanwhile', async () => {
    let swarm: ReplicaSwarm | undefined
    const swarmOf = await createReplicaSwarm([[1], [3]], {
      decorate: (stream, _channel, _side, self) => ({
        ...stream,
        async read(options) {
          const frame = await stream.read(options)
          // Both learn a little before they look at each frame.
          swarm?.peers.find(({ name }) => name === self)?.replica.add(Float32Array.of(self === 'a' ? 0.25 : 4))
          return frame
        },
      }),
    })
    swarm = swarmOf
    const [a, b] = swarm.peers
    await swarm.run(a.average(b))
    // a reads accept, the answer and a mark; b reads propose, the offer and a mark.
    expect(swarm.sum()).toEqual([4 + 3 * 0.25 + 3 * 4])
  })

  test('happens exactly once when both begin at the same moment', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    const results = await swarm.run(Promise.allSettled([a.average(b), b.average(a)]))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(results[1]).toHaveProperty('reason', new RefusedError(CROSSED))
    expect([a.added.length, b.added.length]).toEqual([1, 1])
  })

  test('is refused by a peer that is in as many as it may be', async () => {
    const swarm = await createReplicaSwarm(Array.from({ length: MAX_CONCURRENT_EXCHANGES + 2 }, (_, i) => [i]))
    const [popular, ...others] = swarm.peers
    const results = await swarm.run(Promise.allSettled(others.map(other => other.average(popular))))
    const refused = results.filter(result => result.status === 'rejected')
    expect(refused.map(({ reason }) => reason)).toEqual([new RefusedError('busy')])
  })

  test('is refused by a peer that takes part in none now, with its reason', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    b.closed = 'not averaging (sealing)'
    await expect(swarm.run(a.average(b))).rejects.toThrow('refused: not averaging (sealing)')
  })

  test('is not begun by a peer that froze while the stream was opening', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    swarm.clock.after(5, () => {
      a.closed = 'not averaging (sealing)'
    })
    await expect(swarm.run(a.average(b))).rejects.toThrow(RefusedError)
    expect(parameters(swarm)).toEqual([[1], [3]])
  })

  test.for(['begins', 'answers'])('is not made by a newcomer that is far behind and %s', async role => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [newcomer, other] = swarm.peers
    newcomer.lag = 10
    other.replica.age = 100
    const averaged = role === 'begins' ? newcomer.average(other) : other.average(newcomer)
    await expect(swarm.run(averaged)).rejects.toThrow('refused: new here')
    expect(parameters(swarm)).toEqual([[1], [3]])
  })

  test('is refused to a partner with whom another is open, and to nobody else', async () => {
    const swarm = await createReplicaSwarm([[1], [3], [5]])
    const [a, b, c] = swarm.peers
    for (let i = 0; i < 100; i++) {
      b.replica.ledger.prepare({ id: `x${i}`, partner: 'c', frame: 0, first: 0, values: Float32Array.of(1) })
    }
    await expect(swarm.run(c.average(b))).rejects.toThrow('an earlier exchange is not settled')
    await swarm.run(a.average(b))
    expect([a.added.length, b.added.length]).toEqual([1, 1])
  })

  test('of another length is an offence', async () => {
    const swarm = await createReplicaSwarm([[1], [3, 4]])
    const [a, b] = swarm.peers
    await expect(swarm.run(a.average(b))).rejects.toThrow()
    expect(b.failure).toBeInstanceOf(ProtocolViolationError)
  })

  test.for([
    ['begins', [100], [3], 'a'],
    ['answers', [3], [100], 'b'],
  ] as const)(
    'with one that $0 with a vector above the norm of the recipe merges nothing, and is no offence',
    async ([, first, second, large]) => {
      const swarm = await createReplicaSwarm([first, second], { maximumNorm: 50 })
      const [a, b] = swarm.peers
      const failure = await swarm.run(a.average(b).catch((error: Error) => error))
      expect(large === 'a' ? b.failure : failure).toEqual(new NormError(large, 100, 50))
      expect(parameters(swarm)).toEqual([[...first], [...second]])
    },
  )

  test('leaves both with the larger age', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    a.replica.age = 7
    b.replica.age = 40
    await swarm.run(a.average(b))
    expect([a.replica.age, b.replica.age]).toEqual([40, 40])
  })
})

describe('an exchange of a part of the parameters', () => {
  test('changes nothing else', async () => {
    const swarm = await createReplicaSwarm(
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      { part: { first: 1, end: 3 } },
    )
    const [a, b] = swarm.peers
    await swarm.run(a.average(b))
    expect(parameters(swarm)).toEqual([
      [1, 4, 5, 4],
      [5, 4, 5, 8],
    ])
  })

  test.for([
    { first: 2, end: 1 },
    { first: 0, end: 3 },
  ])('from $first to $end of 2 elements is an offence', async part => {
    const swarm = await createReplicaSwarm(
      [
        [1, 2],
        [3, 4],
      ],
      { part },
    )
    const [a, b] = swarm.peers
    await expect(swarm.run(a.average(b))).rejects.toThrow()
    expect(b.failure).toBeInstanceOf(ProtocolViolationError)
  })

  test('may be empty', async () => {
    const swarm = await createReplicaSwarm([[], []])
    const [a, b] = swarm.peers
    await swarm.run(a.average(b))
    expect([a.added, b.added, a.replica.ledger.open('b')]).toEqual([[], [], false])
  })
})

describe('an exchange of many frames', () => {
  const FRAMES = WINDOW_FRAMES + 8
  const vectors = [1, 3].map(value => new Array(FRAMES * FRAME_FLOATS).fill(value))

  test('averages every element', async () => {
    const swarm = await createReplicaSwarm(vectors)
    const [a, b] = swarm.peers
    await swarm.run(a.average(b))
    expect([a, b].map(({ replica }) => replica.parameters.every(value => value === 2))).toEqual([true, true])
  })

  test('is over for those who wait for it when all frames are added, not before', async () => {
    const counts: number[] = []
    const swarm: ReplicaSwarm = await createReplicaSwarm(
      vectors.map(vector => vector.slice(0, 3 * FRAME_FLOATS)),
      { onApplied: () => counts.push(Math.min(...swarm.peers.map(({ added }) => added.length))) },
    )
    const [a, b] = swarm.peers
    await swarm.run(a.average(b))
    expect(counts).toEqual([3, 3])
  })

  test('is never further ahead than its window', async () => {
    let ahead = 0
    let most = 0
    const swarm = await createReplicaSwarm(vectors, {
      decorate(stream, channel, side): FrameStream {
        if (channel !== 'exchange' || side !== 'opener') return stream
        return {
          ...stream,
          write(frame, options) {
            if (frameType(frame) === 'frame') most = Math.max(most, ++ahead)
            return stream.write(frame, options)
          },
          async read(options) {
            const frame = await stream.read(options)
            if (frameType(frame) === 'frame') ahead--
            return frame
          },
        }
      },
    })
    const [a, b] = swarm.peers
    await swarm.run(a.average(b))
    expect(most).toBe(WINDOW_FRAMES)
  })
})

/** Two frames, the second one short. */
const LONG = 70_000

interface Cut {
  readonly at: number
  /** Whether the connection breaks instead of carrying the message, or when its reader has it. */
  readonly when: 'instead of' | 'after'
  readonly asks: 'the initiator first' | 'the responder first' | 'both at once'
}

const pair = [1, 3].map(value => new Array(LONG).fill(value))

/** Breaks the connection at one of the messages of an exchange. */
async function cutExchange({ at, when }: Pick<Cut, 'at' | 'when'>) {
  let messages = 0
  let broken = false
  const breakNow = () => {
    broken = true
    swarm.network.disconnect('a', 'b')
  }
  const swarm: ReplicaSwarm = await createReplicaSwarm(pair, {
    decorate(stream, channel): FrameStream {
      if (channel !== 'exchange') return stream
      return {
        ...stream,
        write(frame, options) {
          if (when === 'instead of' && messages++ === at) breakNow()
          return stream.write(frame, options)
        },
        async read(options) {
          const frame = await stream.read(options)
          if (when === 'after' && messages++ === at) breakNow()
          return frame
        },
      }
    },
  })
  const [a, b] = swarm.peers
  await swarm.run(a.average(b).catch(() => {}))
  return { swarm, a, b, broken, messages }
}

/** The messages of an exchange that nobody cuts: propose and accept, two frames each way, and their settlement. */
const { messages: MESSAGES } = await cutExchange({ at: Number.POSITIVE_INFINITY, when: 'after' })

const cuts = Array.from({ length: MESSAGES }, (_, at) => at).flatMap(at =>
  (['instead of', 'after'] as const).flatMap(when =>
    (['the initiator first', 'the responder first', 'both at once'] as const).map((asks): Cut => ({ at, when, asks })),
  ),
)

describe('an exchange that is cut', () => {
  async function cutAndSettle({ asks, ...cut }: Cut) {
    const { swarm, a, b, broken } = await cutExchange(cut)
    expect(broken).toBe(true)
    const pairs = [
      [a, b],
      [b, a],
    ]
    if (asks === 'both at once') await swarm.run(Promise.all(pairs.map(([one, other]) => one.settleWith(other))))
    for (const [one, other] of asks === 'the responder first' ? pairs.reverse() : pairs) {
      if (one.engagements.outstanding(other.name)) await swarm.run(one.settleWith(other))
    }
    return { a, b }
  }

  test('takes more than a few messages', () => {
    expect(MESSAGES).toBeGreaterThanOrEqual(8)
  })

  test.for(cuts)('$when message $at has applied each frame on both sides or on neither, $asks asking', async cut => {
    const { a, b } = await cutAndSettle(cut)
    expect(a.added.map(({ first }) => first)).toEqual(b.added.map(({ first }) => first))
    for (const [i, value] of a.replica.parameters.entries()) {
      if (value + b.replica.parameters[i] !== 4) expect.fail(`element ${i}: ${value}, ${b.replica.parameters[i]}`)
    }
  })

  test.for(cuts)('$when message $at leaves nothing open in the end, $asks asking', async cut => {
    const { a, b } = await cutAndSettle(cut)
    expect([a, b].flatMap(({ replica }) => [...replica.ledger.decisions(), ...replica.ledger.doubts()])).toEqual([])
  })

  test('between two frames is a shorter exchange', async () => {
    const lengths = await Promise.all(
      Array.from({ length: MESSAGES }, async (_, at) => {
        const { a, b } = await cutAndSettle({ at, when: 'after', asks: 'both at once' })
        expect(a.added.length).toBe(b.added.length)
        return a.added.length
      }),
    )
    expect(new Set(lengths)).toEqual(new Set([0, 1, 2]))
  })
})
