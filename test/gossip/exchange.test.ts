import { describe, expect, test } from 'vitest'
import { MAX_IN_DOUBT } from '../../src/gossip/constants.ts'
import { OffenceError, RefusedError } from '../../src/gossip/errors.ts'
import type { FrameStream } from '../../src/gossip/ports.ts'
import { createRandom } from '../../src/random/random.ts'
import { createReplicaSwarm, type ReplicaSwarm } from './swarm-of-replicas.ts'

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
    expect(a.added[0]).toEqual(b.added[0].map(value => -value))
  })

  test('is forgotten by both when it is done', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    await swarm.run(a.average(b))
    expect([a, b].flatMap(({ replica }) => [replica.ledger.decisions(), replica.ledger.doubts()]).flat()).toEqual([])
  })

  test('weighs by how many exchanges the busier of the two is in', async () => {
    const swarm = await createReplicaSwarm([[0], [60], [12]])
    const [a, b, c] = swarm.peers
    await swarm.run(Promise.all([a.average(b), c.average(b)]))
    // Whoever came first found b in one exchange, the other found it in two: 1/2 and 1/3 of the distance.
    expect([a.added[0][0] / 60, c.added[0][0] / 48].sort()).toEqual([expect.closeTo(1 / 3, 6), 1 / 2])
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
    // a reads accept, data, digest, prepared and done; b reads propose, data, digest and commit.
    expect(swarm.sum()).toEqual([4 + 5 * 0.25 + 4 * 4])
  })

  test('happens exactly once when both begin at the same moment', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    const results = await swarm.run(Promise.allSettled([a.average(b), b.average(a)]))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(results[1]).toHaveProperty('reason', new RefusedError('ours is under way'))
    expect([a.added.length, b.added.length]).toEqual([1, 1])
  })

  test('is refused by a peer that is in as many as it may be', async () => {
    const swarm = await createReplicaSwarm([[0], [1], [2], [3]])
    const [a, b, c, d] = swarm.peers
    const results = await swarm.run(Promise.allSettled([a.average(d), b.average(d), c.average(d)]))
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
    newcomer.patience = 10
    other.replica.age = 100
    const averaged = role === 'begins' ? newcomer.average(other) : other.average(newcomer)
    await expect(swarm.run(averaged)).rejects.toThrow('refused: new here')
    expect(parameters(swarm)).toEqual([[1], [3]])
  })

  test('is refused by a peer that holds as many differences in doubt as it may', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    for (let i = 0; i < MAX_IN_DOUBT; i++) {
      b.replica.ledger.prepare({ id: `x${i}`, partner: 'h', difference: Float32Array.of(1) })
    }
    await expect(swarm.run(a.average(b))).rejects.toThrow('too many exchanges in doubt')
  })

  test('of another length is an offence', async () => {
    const swarm = await createReplicaSwarm([[1], [3, 4]])
    const [a, b] = swarm.peers
    await expect(swarm.run(a.average(b))).rejects.toThrow()
    expect(b.failure).toBeInstanceOf(OffenceError)
  })

  test('with a vector above the norm of the recipe is an offence, and nothing is merged', async () => {
    const swarm = await createReplicaSwarm([[100], [3]], { maximumNorm: 50 })
    const [a, b] = swarm.peers
    await expect(swarm.run(a.average(b))).rejects.toThrow()
    expect(b.failure).toBeInstanceOf(OffenceError)
    expect(parameters(swarm)).toEqual([[100], [3]])
  })

  test('leaves both with the larger age', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    a.replica.age = 7
    b.replica.age = 40
    await swarm.run(a.average(b))
    expect([a.replica.age, b.replica.age]).toEqual([40, 40])
  })
})

/** propose, accept, two frames and a digest each way, prepared, commit, done; vectors of 70 000 floats take two frames. */
const FRAMES = 11
const LONG = 70_000

interface Cut {
  readonly at: number
  /** Whether the connection breaks instead of carrying the frame, or when its reader has it. */
  readonly when: 'instead of' | 'after'
  readonly asks: 'the initiator first' | 'the responder first' | 'both at once'
}

const cuts = Array.from({ length: FRAMES }, (_, at) => at).flatMap(at =>
  (['instead of', 'after'] as const).flatMap(when =>
    (['the initiator first', 'the responder first', 'both at once'] as const).map((asks): Cut => ({ at, when, asks })),
  ),
)

describe('an exchange that is cut', () => {
  async function cutExchange({ at, when, asks }: Cut) {
    let frames = 0
    let broken = false
    const breakNow = () => {
      broken = true
      swarm.network.disconnect('a', 'b')
    }
    const swarm: ReplicaSwarm = await createReplicaSwarm([new Array(LONG).fill(1), new Array(LONG).fill(3)], {
      decorate(stream, channel): FrameStream {
        if (channel !== 'exchange') return stream
        return {
          ...stream,
          write(frame, options) {
            if (when === 'instead of' && frames++ === at) breakNow()
            return stream.write(frame, options)
          },
          async read(options) {
            const frame = await stream.read(options)
            if (when === 'after' && frames++ === at) breakNow()
            return frame
          },
        }
      },
    })
    const [a, b] = swarm.peers
    await swarm.run(a.average(b).catch(() => {}))
    expect(broken).toBe(true)
    const between = [a.added.length, b.added.length]
    const pairs = [
      [a, b],
      [b, a],
    ]
    if (asks === 'both at once') await swarm.run(Promise.all(pairs.map(([one, other]) => one.settleWith(other))))
    for (const [one, other] of asks === 'the responder first' ? pairs.reverse() : pairs) {
      if (one.settle.outstanding(other.name)) await swarm.run(one.settleWith(other))
    }
    return { a, b, between }
  }

  test.for(cuts)('$when frame $at is applied on both sides or on neither, $asks asking', async cut => {
    const { a, b } = await cutExchange(cut)
    expect(a.added.length).toBe(b.added.length)
    expect(a.replica.parameters[LONG - 1] + b.replica.parameters[LONG - 1]).toBe(4)
  })

  test.for(cuts)('$when frame $at leaves nothing open in the end, $asks asking', async cut => {
    const { a, b } = await cutExchange(cut)
    expect([a, b].flatMap(({ replica }) => [...replica.ledger.decisions(), ...replica.ledger.doubts()])).toEqual([])
  })

  test.for(cuts.filter(({ asks }) => asks === 'the initiator first'))(
    '$when frame $at is applied on neither side unless it was decided',
    async cut => {
      const { between } = await cutExchange(cut)
      // Frame 8 is `prepared`: the initiator decides when it has it.
      const decided = cut.at > 8 || (cut.at === 8 && cut.when === 'after')
      expect(between[0]).toBe(decided ? 1 : 0)
    },
  )
})
