import { expect, test } from 'vitest'
import type { Telling } from '../../../peer/commands/peer/events.ts'
import { drawPeer } from '../../../peer/commands/peer/live-view.ts'
import { createScreen } from '../../../peer/live/screen.ts'
import type { MemberView, RecipeInput } from '../../../src/index.ts'
import { createFakePeer, startedEvent } from '../fake-peer.ts'
import { createEmulatedTerminal } from './emulated-terminal.ts'

const member: MemberView = {
  peer: '12D3KooWMember',
  phase: 'training',
  step: 400,
  ownSteps: 400,
  distance: 0.012,
  connected: true,
  exchanging: false,
  exchanges: 12,
  unsettled: 0,
  trust: 1,
  faults: { far: 0, clipped: 0, 'false-sketch': 0, 'wrong-vector': 0, refused: 0, slow: 0, broken: 0 },
}

const round = {
  step: 450,
  age: 450,
  loss: 0.25,
  accuracy: 0.923,
  samplesPerSecond: 1_230.4,
  localSteps: 10,
  consensusDistance: 0.0012,
  peers: 2,
  bytesIn: 0,
  bytesOut: 0,
}

function drawing({ recipe, alone = false }: { recipe?: RecipeInput; alone?: boolean } = {}) {
  const fake = createFakePeer(recipe)
  const { stream, lines } = createEmulatedTerminal(90, 40)
  const telling: Telling = {
    joining: { recipeFile: 'r.json', hasData: false, mdns: true, connect: [], entry: () => ({ kind: 'open' }) },
    membership: 'open',
    alone,
    verbose: false,
    stepsAsked: () => 1_000,
  }
  return { ...fake, lines, end: drawPeer(fake.peer, createScreen(stream), telling) }
}

test('a peer among others is drawn with them, how far it is, and how far apart they are', async () => {
  const { emit, become, sees, lines, end } = drawing()
  emit('started', startedEvent)
  sees({ distance: 0.01, members: [{ ...member, connected: false, peer: '12D3KooWHeards' }, member] })
  become({ ownSteps: 450, exchanges: 43, exchangesAsked: 45, peers: [member.peer, '12D3KooWHeards'] })
  emit('round', round)
  end()
  expect(await lines()).toEqual([
    '',
    '  peer       phase     own steps  exchanges  distance',
    '  this peer  training        450         43     0.010',
    '  …Member    training        400         12     0.012  connected',
    '  …Heards    training        400         12     0.012  heard of',
    '',
    expect.stringMatching(/^ {2}training {3}█{11}░{13} {2}step 450 of 1,000 {3}[\d.]+ s left$/),
    '  exchanges  ███████████████████████░  43 of 45 asked for',
    '  distance   █                         0.010   agreed at 0.0010',
    '  loss 0.250   accuracy 92.3 %   1,230 samples/s   2 other peers',
  ])
})

test('a peer that waits says for whom, and nothing of exchanges that nobody has asked for', async () => {
  const { emit, become, lines, end } = drawing()
  become({ phase: 'waiting' })
  emit('waiting', { for: 'members', present: 1, minimum: 3, connect: [] })
  emit('started', startedEvent)
  const drawn = (await lines()).join('\n')
  expect(drawn).toContain('\n  still waiting for 2 other peers with data: 1 of 3 here')
  expect(drawn).not.toContain('asked for')
  become({ phase: 'averaging', peers: [member.peer] })
  end()
  expect((await lines()).join('\n')).not.toContain('waiting')
})

test.each([
  ['--alone', { alone: true }],
  ['the rule none', { recipe: { averaging: { rule: 'none' } } }],
] as const)('with %s there are no exchanges and no distance', async (_what, given) => {
  const { emit, become, lines, end } = drawing(given)
  emit('started', startedEvent)
  become({ ownSteps: 10 })
  end()
  const drawn = await lines()
  expect(drawn[2]).toBe('  this peer  training         10          –         –')
  expect(drawn.slice(3).join('\n')).not.toMatch(/exchanges|distance/)
})
