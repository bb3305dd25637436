import { describe, expect, test } from 'vitest'
import { replay } from '../../../src/gossip/state/journal.ts'
import { checkpoint } from '../../../src/testing/sample-checkpoint.ts'
import type { ReplicaPeer } from '../replica-peer.ts'
import { createReplicaSwarm } from '../swarm-of-replicas.ts'

/** Two peers that have an exchange behind them which a decided and applied, and b prepared. */
async function createInterrupted() {
  const swarm = await createReplicaSwarm([[2], [3]])
  const [a, b] = swarm.peers
  a.replica.ledger.decide('b', 'x', 1, { first: 0, values: Float32Array.of(1) })
  b.replica.ledger.prepare({ id: 'x', partner: 'a', frame: 0, first: 0, values: Float32Array.of(-1) })
  return { swarm, a, b }
}

describe('a settlement', () => {
  test.for(['initiator', 'responder'] as const)('applies what was decided when the %s asks', async asks => {
    const { swarm, a, b } = await createInterrupted()
    await swarm.run(asks === 'initiator' ? a.settleWith(b) : b.settleWith(a))
    expect(b.replica.parameters[0]).toBe(2)
  })

  test.for(['initiator', 'responder'] as const)('leaves nothing open when the %s asks', async asks => {
    const { swarm, a, b } = await createInterrupted()
    await swarm.run(asks === 'initiator' ? a.settleWith(b) : b.settleWith(a))
    expect([a.engagements.outstanding('b'), b.engagements.outstanding('a')]).toEqual([false, false])
  })

  test('drops what the initiator has no record of: it never decided', async () => {
    const { swarm, a, b } = await createInterrupted()
    a.replica.ledger.forget('b', 'x')
    await swarm.run(b.settleWith(a))
    expect([b.replica.parameters[0], b.replica.ledger.doubts().length]).toEqual([3, 0])
  })

  test('changes nothing when it is repeated, from either side', async () => {
    const { swarm, a, b } = await createInterrupted()
    for (const [one, other] of [
      [a, b],
      [b, a],
      [a, b],
    ]) {
      await swarm.run(one.settleWith(other))
    }
    expect(b.added).toEqual([{ first: 0, values: Float32Array.of(-1) }])
  })

  test('applies a difference once when both ask at the same moment', async () => {
    const { swarm, a, b } = await createInterrupted()
    await swarm.run(Promise.all([a.settleWith(b), b.settleWith(a)]))
    expect(b.added).toEqual([{ first: 0, values: Float32Array.of(-1) }])
  })

  test('can be repeated when its last word was lost', async () => {
    const { swarm, a, b } = await createInterrupted()
    // b has the answer at 41 ms and sends its last word at 42; that would arrive at 52.
    swarm.clock.after(45, () => swarm.network.disconnect('a', 'b'))
    await swarm.run(b.settleWith(a).catch(() => {}))
    expect([b.added.length, a.replica.ledger.decisions().length]).toEqual([1, 1])
    await swarm.run(a.settleWith(b))
    expect([b.added.length, a.replica.ledger.decisions().length]).toEqual([1, 0])
  })

  test('tells nobody of what was decided with somebody else', async () => {
    const swarm = await createReplicaSwarm([[2], [3], [4]])
    const [a, , c] = swarm.peers
    a.replica.ledger.decide('b', 'x', 1, { first: 0, values: Float32Array.of(1) })
    c.replica.ledger.prepare({ id: 'x', partner: 'a', frame: 0, first: 0, values: Float32Array.of(-1) })
    await swarm.run(c.settleWith(a))
    expect([c.added.length, a.replica.ledger.decisions().length]).toEqual([0, 1])
  })

  test('agrees to ids that it knows nothing of', async () => {
    const swarm = await createReplicaSwarm([[2], [3]])
    const [a, b] = swarm.peers
    a.replica.ledger.decide('b', 'unheard of', 1, { first: 0, values: Float32Array.of(1) })
    await swarm.run(a.settleWith(b))
    expect([b.added.length, a.replica.ledger.decisions().length]).toEqual([0, 0])
  })

  test('with a peer that has lost its state drops what stood open, on both sides, and counts it once', async () => {
    const { swarm, a, b } = await createInterrupted()
    a.replica.ledger.decide('b', 'y', 2, { first: 0, values: Float32Array.of(1) })
    b.replica.ledger.dismiss('a', 'x')
    b.incarnation.lostExchanges = true
    await swarm.run(a.settleWith(b))
    expect([a.engagements.outstanding('b'), b.engagements.outstanding('a'), b.added]).toEqual([false, false, []])
    const what = '2 exchanges that stood open are dropped on both sides'
    expect(a.warnings).toEqual([`peer b has lost a part of its state: ${what}`])
    expect(b.warnings).toEqual([`what was exchanged with a went with a damaged file of this peer's state: ${what}`])
    // From then on it knows all that there is to know.
    a.replica.ledger.decide('b', 'z', 1, { first: 0, values: Float32Array.of(1) })
    await swarm.run(a.settleWith(b))
    expect([a.warnings.length, b.warnings.length]).toEqual([1, 1])
  })

  test('with a peer that has lost a part of its state settles by what it still has', async () => {
    const { swarm, a, b } = await createInterrupted()
    a.incarnation.lostExchanges = true
    b.replica.ledger.prepare({ id: 'lost', partner: 'a', frame: 0, first: 0, values: Float32Array.of(7) })
    await swarm.run(b.settleWith(a))
    expect([b.replica.parameters[0], b.replica.ledger.doubts().length]).toEqual([2, 0])
    expect(b.warnings).toEqual([
      'peer a has lost a part of its state: an exchange that stood open is dropped on both sides',
    ])
  })

  test('keeps an exchange from being decided after its responder was told to drop it', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    const exchange = swarm.run(a.average(b))
    // At 50 ms b has prepared; a will hear of it at 60 and more.
    swarm.clock.after(50, () => a.engagements.abandon('b', 'a0'))
    await expect(exchange).rejects.toThrow('the partner has ended this exchange')
    expect(a.added).toEqual([])
  })

  test('lets nobody drop an exchange between two others', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    const exchange = swarm.run(a.average(b))
    swarm.clock.after(50, () => a.engagements.abandon('c', 'a0'))
    await exchange
    expect([a.added.length, b.added.length]).toEqual([1, 1])
  })
})

describe('an exchange that its responder has given up', () => {
  /** Three frames are decided at a, of which b has applied the first. */
  async function createGivenUp(added = [1, 2, 4]) {
    const swarm = await createReplicaSwarm([[10], [10]])
    const [a, b] = swarm.peers
    const x = { id: 'x', first: 0 }
    for (const [i, value] of added.entries()) {
      a.replica.record({ ...x, type: 'decided', partner: 'b', frames: i + 1, values: Float32Array.of(value) })
      b.replica.record({ ...x, type: 'prepared', partner: 'a', frame: i, values: Float32Array.of(-value) })
    }
    b.replica.record({ type: 'applied', id: 'x', partner: 'a', frames: 1 })
    b.giveUp(a)
    return { swarm, a, b }
  }
  const values = (...peers: readonly ReplicaPeer[]) => peers.map(({ replica }) => replica.parameters[0])

  test.for(['initiator', 'responder'] as const)(
    'is taken back when the %s asks, and nothing is open then',
    async asks => {
      const { swarm, a, b } = await createGivenUp()
      expect(values(a, b)).toEqual([17, 9])
      await swarm.run(asks === 'initiator' ? a.settleWith(b) : b.settleWith(a))
      expect(values(a, b)).toEqual([11, 9])
      expect([a.replica.ledger.open('b'), b.replica.ledger.open('a')]).toEqual([false, false])
    },
  )

  test('is taken back once, however often either side asks, and both at once', async () => {
    const { swarm, a, b } = await createGivenUp()
    await swarm.run(Promise.all([a.settleWith(b), b.settleWith(a)]))
    await swarm.run(a.settleWith(b))
    expect(values(a, b)).toEqual([11, 9])
  })

  test.for([5, 15, 25, 35, 45, 55])('is taken back once where settlements break after %s ms', async broken => {
    for (const asks of ['initiator', 'responder']) {
      const { swarm, a, b } = await createGivenUp()
      const [one, other] = asks === 'initiator' ? [a, b] : [b, a]
      swarm.clock.after(broken, () => swarm.network.disconnect('a', 'b'))
      await swarm.run(one.settleWith(other).catch(() => {}))
      await swarm.run(other.settleWith(one))
      await swarm.run(one.settleWith(other))
      expect(values(a, b)).toEqual([11, 9])
      expect([a.replica.ledger.open('b'), b.replica.ledger.open('a')]).toEqual([false, false])
    }
  })

  test('is taken back where it is given up while the responder asks for it', async () => {
    const swarm = await createReplicaSwarm([[10], [10]])
    const [a, b] = swarm.peers
    a.replica.record({ type: 'decided', id: 'x', partner: 'b', frames: 1, first: 0, values: Float32Array.of(1) })
    b.replica.record({ type: 'prepared', id: 'x', partner: 'a', frame: 0, first: 0, values: Float32Array.of(-1) })
    swarm.clock.after(30, () => b.giveUp(a))
    await swarm.run(b.settleWith(a))
    expect([values(a, b), a.replica.ledger.open('b')]).toEqual([[11, 10], true])
    await swarm.run(b.settleWith(a))
    expect([values(a, b), a.replica.ledger.open('b'), b.replica.ledger.open('a')]).toEqual([[10, 10], false, false])
  })

  test('is taken back after a crash of the initiator, and nothing twice', async () => {
    const { a } = await createGivenUp()
    const state = { ...checkpoint, ...a.replica.durable() }
    const entry = { type: 'returned', id: 'x', partner: 'b', frames: 1 } as const
    const resumed = replay(state, [entry])
    expect([resumed.parameters[0], resumed.decisions]).toEqual([11, []])
    expect(replay(resumed, [entry]).parameters[0]).toBe(11)
  })

  test('is taken back of nobody who was no party to it, whatever it says', async () => {
    const swarm = await createReplicaSwarm([[10], [10], [10]])
    const [a, , c] = swarm.peers
    a.replica.record({ type: 'decided', id: 'x', partner: 'b', frames: 1, first: 0, values: Float32Array.of(1) })
    c.replica.record({ type: 'aborted', id: 'x', partner: 'a', frames: 0 })
    await swarm.run(c.settleWith(a))
    expect([a.replica.parameters[0], a.replica.ledger.decided('b', 'x')]).toEqual([11, 1])
  })

  test('decides nothing more where it still goes on at its initiator', async () => {
    const swarm = await createReplicaSwarm([[1], [3]])
    const [a, b] = swarm.peers
    const exchange = swarm.run(a.average(b))
    swarm.clock.after(50, () => {
      b.replica.record({ type: 'aborted', id: 'a0', partner: 'a', frames: 0 })
      b.engagements.abandon('a', 'a0')
      b.settleWith(a).catch(() => {})
    })
    await expect(exchange).rejects.toThrow()
    await swarm.run(b.settleWith(a))
    expect(values(a, b)).toEqual([1, 3])
  })
})
