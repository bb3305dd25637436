import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createBoard } from '../../peer/dashboard/board.ts'
import { MOST_MEMBERS } from '../../peer/dashboard/constants.ts'
import { watchPeer } from '../../peer/dashboard/watch-peer.ts'
import { watchSwarmOn } from '../../peer/dashboard/watch-swarm.ts'
import { LOOK_MS } from '../../peer/serving/constants.ts'
import type { MemberView, PeerEvents, RecipeInput, RoundResult } from '../../src/index.ts'
import { createFakePeer, startedEvent } from './fake-peer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const member: MemberView = {
  peer: '12D3KooWOther',
  phase: 'training',
  step: 40,
  ownSteps: 30,
  distance: 0.25,
  connected: true,
  exchanging: false,
  exchanges: 2,
  unsettled: 0,
  trust: 1,
  faults: { far: 0, clipped: 0, 'false-sketch': 0, 'wrong-vector': 0, refused: 0, slow: 0, broken: 0 },
}

const round: PeerEvents['round'] = {
  ...{ step: 10, age: 10, loss: 0.5, accuracy: null, samplesPerSecond: 100, localSteps: 10 },
  ...{ consensusDistance: 0.1, peers: 0, bytesIn: 60, bytesOut: 50 },
}

/** A fake peer that is watched, with samples in batches of 10. */
function watch({ isAlone = false, topology = 'ring' } = {}) {
  const fake = createFakePeer({ training: { batch: 10, steps: 500 }, averaging: { topology } })
  const board = createBoard('peer')
  watchPeer(fake.peer, board, {
    membership: 'open: to anyone',
    isAlone,
    stepsAsked: samples => 3 * samples,
    describeWaiting: ({ present, minimum }) => `${present} of ${minimum} here`,
    whatFor: () => 'for others',
    describeJoining: () => ['Others join with', '  hearsay peer --connect /ip4/192.0.2.7'],
  })
  return { ...fake, board, again: () => void vi.advanceTimersByTime(20 * LOOK_MS) }
}

test('what a peer is, and what it waits for, is shown in the words of the terminal', () => {
  const { emit, become, board, again } = watch()
  expect(board.now().phase).toBe('starting')
  become({ phase: 'waiting' })
  emit('started', startedEvent)
  emit('waiting', { for: 'members', present: 1, minimum: 2, connect: [] })
  again()
  expect(board.whole()).toMatchObject({ title: 'peer …xample', recipe: { training: { steps: 500 } } })
  expect(board.whole().facts).toContainEqual(['members', 'open: to anyone'])
  expect(board.now()).toMatchObject({
    phase: 'waiting',
    waiting: '1 of 2 here',
    joining: { how: 'Others join with', lines: ['hearsay peer --connect /ip4/192.0.2.7'] },
    steps: { done: 0, asked: 240 },
  })
  become({ phase: 'training' })
  again()
  expect(board.now()).toMatchObject({ phase: 'training', waiting: null })
  become({ phase: 'averaging' })
  again()
  expect(board.now().waiting).toBe('waiting for others')
})

test('one that trains alone waits for nobody, and asks nobody to join', () => {
  const { emit, become, board, again } = watch({ isAlone: true })
  become({ phase: 'averaging' })
  emit('started', startedEvent)
  again()
  expect(board.now()).toMatchObject({ phase: 'averaging', waiting: null, joining: null, target: null })
})

test('others are shown with what was exchanged, and an exchange between two looks is not missed', () => {
  const { emit, become, sees, board, again } = watch()
  become({ phase: 'training', ownSteps: 50 })
  sees({ distance: 0.5, members: [member, { ...member, peer: '12D3KooWFar', connected: false, distance: null }] })
  emit('started', startedEvent)
  again()
  expect(board.now().nodes).toMatchObject([
    { isSelf: true, distance: 0.5, samples: 500 },
    { isSelf: false, distance: 0.25, samples: 300 },
    { isSelf: false, distance: null, samples: 300 },
  ])
  expect(board.now().links).toEqual([{ from: '12D3KooWExample', to: member.peer, by: 'connection', exchanges: false }])
  const exchange = { peer: member.peer, bytes: 100, seconds: 0.5, codec: 'none', outcome: 'averaged' } as const
  emit('exchange', exchange)
  emit('exchange', { ...exchange, bytes: 20, outcome: 'failed' })
  sees({ distance: 0.5, members: [{ ...member, exchanges: 3 }] })
  again()
  // Twenty looks later it is over.
  expect(board.now().links).toEqual([{ from: '12D3KooWExample', to: member.peer, by: 'connection', exchanges: false }])
  sees({ distance: 0.5, members: [{ ...member, exchanges: 4 }] })
  vi.advanceTimersToNextTimer()
  expect(board.now().links).toEqual([{ from: '12D3KooWExample', to: member.peer, by: 'connection', exchanges: true }])
  expect(board.now().neighbours).toMatchObject([
    { exchanges: 4, bytes: 120, broken: 1, last: { outcome: 'failed', codec: 'none', seconds: 0.5 } },
  ])
})

test('who was farther away than is usual is shown with how much it counts for', () => {
  const { emit, sees, board } = watch()
  const faults = { ...member.faults, far: 3, clipped: 2, refused: 7 }
  sees({ distance: 0.5, members: [member, { ...member, peer: '12D3KooWFar', trust: 0.5, faults }] })
  emit('started', startedEvent)
  expect(board.now().neighbours).toMatchObject([
    { clipped: 0, trust: 1 },
    { clipped: 5, trust: 0.5 },
  ])
})

describe('who may average with whom', () => {
  const [self, other, far] = ['12D3KooWExample', member.peer, '12D3KooWFar']
  const members = [other, far].map(peer => ({ ...member, peer, connected: peer === other, exchanges: 0 }))

  test('is drawn by the topology where there is no connection of this peer, and it is said what is known', () => {
    const { emit, sees, board } = watch()
    sees({
      distance: 0.5,
      members,
      links: [
        [self, far],
        [self, other],
        [far, other],
        [other, '12D3KooWUnseen'],
      ],
    })
    emit('started', startedEvent)
    expect(board.now().links).toEqual([
      { from: self, to: other, by: 'connection', exchanges: false },
      { from: self, to: far, by: 'topology', exchanges: false },
      { from: far, to: other, by: 'topology', exchanges: false },
    ])
    expect(board.now().aside).toMatch(
      /this peer's own.* follows from the topology \S+ and from the members that this peer knows\.$/,
    )
  })

  test.each([
    { topology: 'one-peer-exponential', why: 'changes from round to round' },
    { topology: 'complete', why: 'would be more than 400 lines' },
  ])('is not drawn where it $why', ({ topology, why }) => {
    const { emit, sees, board } = watch({ topology })
    sees({ distance: 0.5, members, links: null })
    emit('started', startedEvent)
    expect(board.now().links).toEqual([{ from: self, to: other, by: 'connection', exchanges: false }])
    expect(board.now().aside).toContain(why)
  })
})

test('figures become curves, with what is no number left out, and bytes by what they were for', () => {
  const { emit, become, board, again } = watch()
  const NONE = { bytesIn: 0, bytesOut: 0 }
  const streams = {
    recipe: NONE,
    settle: NONE,
    exchange: { bytesIn: 30, bytesOut: 40 },
    fetch: { bytesIn: 5, bytesOut: 0 },
  }
  become({ phase: 'training', bytesIn: 60, bytesOut: 50, streams, consensusDistance: 0.1 })
  emit('started', startedEvent)
  emit('round', { ...round, rmse: 2, mae: 1, r2: 0.5 })
  again()
  const last = Object.entries(board.whole().series).map(([name, points]) => [name, points.at(-1)?.[1]])
  expect(Object.fromEntries(last)).toEqual({
    ...{ loss: 0.5, rmse: 2, r2: 0.5, samplesPerSecond: 100, distance: 0.1 },
    ...{ exchangeBytes: 70, fetchBytes: 5, overheadBytes: 35 },
  })
})

test('of a large swarm those are shown that the peer is connected to, and the others counted', () => {
  const { emit, sees, board } = watch()
  const members = Array.from({ length: MOST_MEMBERS + 50 }, (_, i) => ({
    ...member,
    peer: `peer-${i}`,
    connected: i >= 240,
  }))
  sees({ distance: null, members })
  emit('started', startedEvent)
  const { neighbours, more, nodes } = board.now()
  expect({ told: neighbours.length, more, nodes: nodes.length }).toEqual({
    told: MOST_MEMBERS,
    more: 50,
    nodes: MOST_MEMBERS + 1,
  })
  expect(neighbours.filter(({ connection }) => connection !== 'heard of').length).toBe(10)
})

test('at its end a peer is seen once more, and then no more', () => {
  const { emit, become, board, again } = watch()
  become({ phase: 'sealed' })
  emit('started', startedEvent)
  become({ ownSteps: 77 })
  emit('stopped', {} as PeerEvents['stopped'])
  expect(board.now()).toMatchObject({ phase: 'ended', steps: { done: 77 }, waiting: null, joining: null })
  const { at } = board.now()
  again()
  expect(board.now().at).toBe(at)
})

describe('a swarm whose peers all run here', () => {
  /** Two fake peers that are connected to each other, watched as a swarm. */
  function watchTwo() {
    const recipe: RecipeInput = { training: { batch: 10, steps: 100 } }
    const fakes = ['a', 'b'].map(id => createFakePeer(recipe, id))
    const board = createBoard('swarm')
    const watched = watchSwarmOn(board, fakes[0].peer.recipe)
    const exchanged = (count: number) => {
      fakes[0].sees({ distance: 0.3, members: [{ ...member, peer: 'b', exchanges: count }] })
      fakes[1].sees({ distance: 0.2, members: [{ ...member, peer: 'a', exchanges: count }] })
    }
    exchanged(0)
    return { fakes, board, watched, exchanged, start: () => watched.start(fakes.map(({ peer }) => peer)) }
  }

  test('is shown with each connection once, and is as far as its slowest peer', () => {
    const { fakes, board, exchanged, start } = watchTwo()
    fakes[0].become({ phase: 'averaging', step: 100, ownSteps: 100 })
    fakes[1].become({ phase: 'training', step: 60, ownSteps: 60 })
    start()
    expect(board.now()).toMatchObject({ phase: 'training', steps: { done: 60, asked: 100 }, seal: null })
    expect(board.now().nodes).toMatchObject([
      { id: 'a', isSelf: false, distance: 0.3, samples: 1_000 },
      { id: 'b', isSelf: false, distance: 0.2, samples: 600 },
    ])
    expect(board.now().links).toMatchObject([{ exchanges: false }])
    exchanged(1)
    vi.advanceTimersToNextTimer()
    expect(board.now().links).toMatchObject([{ exchanges: true }])
    expect(board.now().neighbours).toMatchObject([
      { id: 'a', connection: 'to 1 of 1', exchanges: 1 },
      { id: 'b', connection: 'to 1 of 1', exchanges: 1 },
    ])
  })

  test('is shown with how many exchanges of each counted for less, and how little it is trusted', () => {
    const { fakes, board, start } = watchTwo()
    fakes[1].become({ clipped: 4 })
    fakes[0].sees({ distance: 0.3, members: [{ ...member, peer: 'b', trust: 0.25 }] })
    start()
    expect(board.now().neighbours).toMatchObject([
      { id: 'a', clipped: 0, trust: 1 },
      { id: 'b', clipped: 4, trust: 0.25 },
    ])
  })

  test('has what its peers have together', () => {
    const { fakes, board, watched, start } = watchTwo()
    const NONE = { bytesIn: 0, bytesOut: 0 }
    const streams = { recipe: NONE, settle: NONE, exchange: { bytesIn: 3, bytesOut: 4 }, fetch: NONE }
    for (const { become } of fakes) become({ bytesIn: 10, bytesOut: 10, streams })
    start()
    for (const { emit } of fakes) emit('round', { ...round, samplesPerSecond: 50 })
    watched.round({ consensusDistance: 0.4, merged: { loss: 1.5, accuracy: 0.5 } } as RoundResult)
    const last = Object.entries(board.whole().series).map(([name, points]) => [name, points.at(-1)?.[1]])
    expect(Object.fromEntries(last)).toEqual({
      ...{ exchangeBytes: 14, fetchBytes: 0, overheadBytes: 26 },
      ...{ samplesPerSecond: 100, distance: 0.4, loss: 1.5, accuracy: 0.5 },
    })
  })

  test('that has sealed stays as it was while peers train alone, until its end', () => {
    const { fakes, board, watched, start } = watchTwo()
    for (const { become, seal } of fakes) {
      become({ phase: 'sealed' })
      seal('hash')
    }
    start()
    watched.pause('training each peer alone')
    expect(board.now()).toMatchObject({ phase: 'sealed', seal: 'hash', waiting: 'training each peer alone' })
    const { at } = board.now()
    vi.advanceTimersByTime(20 * LOOK_MS)
    expect(board.now().at).toBe(at)
    watched.end()
    expect(board.now()).toMatchObject({ phase: 'ended', seal: 'hash', waiting: null })
  })
})
