import { expect, test } from 'vitest'
import { tellEvents } from '../../peer/commands/peer/events.ts'
import type { Entry } from '../../peer/commands/peer/joining.ts'
import { createEstimate, stepsAsked } from '../../peer/commands/peer/training-pace.ts'
import { whatFor } from '../../peer/commands/peer/waiting.ts'
import { type PeerEvents, parseRecipe, type RecipeInput } from '../../src/index.ts'
import { createFakePeer, recordOutput, startedEvent } from './fake-peer.ts'

const LOCAL = '/ip4/127.0.0.1/tcp/4001/p2p/12D3'
const FAR = '/ip4/192.0.2.7/tcp/4001/p2p/12D3'

const started = { ...startedEvent, addresses: [LOCAL, FAR] }
const round: PeerEvents['round'] = {
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
const waiting: PeerEvents['waiting'] = { for: 'members', present: 1, minimum: 2, connect: [LOCAL, FAR] }

const MEMBERSHIP = 'open: to anyone'

interface Telling {
  readonly recipe?: RecipeInput
  readonly recipeFile?: string
  readonly hasData?: boolean
  readonly mdns?: boolean
  readonly connect?: readonly string[]
  readonly entry?: Entry
  readonly alone?: boolean
  readonly flags?: Parameters<typeof stepsAsked>[0]
}

/** A fake peer whose events are told as the command tells them. */
function listen({
  recipe,
  recipeFile,
  hasData = false,
  mdns = false,
  connect = [],
  entry = { kind: 'open' },
  alone = false,
  flags = {},
}: Telling = {}) {
  const fake = createFakePeer(recipe)
  const recorded = recordOutput()
  tellEvents(fake.peer, recorded.out, {
    joining: { recipeFile, hasData, mdns, connect, entry: () => entry },
    membership: MEMBERSHIP,
    alone,
    verbose: false,
    stepsAsked: samples => stepsAsked(flags, fake.peer.recipe, epochs => epochs * samples),
  })
  return { ...fake, ...recorded }
}

test.each<[what: string, entry: Entry, mdns: boolean, how: RegExp, words: string]>([
  [
    'an invitation',
    { kind: 'invitation', text: 'hearsay-invite-AbC_9', until: Date.parse('2026-12-07T01:35:00Z') },
    true,
    /an invitation, such as the one below: whoever holds it gets in, until 2026-12-07 at 01:35 UTC; on the local network/,
    'hearsay-invite-AbC_9',
  ],
  [
    'the word where one goes that the founder gives',
    { kind: 'asking', founder: '12D3KooWFounder' },
    false,
    /an invitation, for which they ask the founder, 12D3KooWFounder: only it invites$/,
    'INVITATION',
  ],
  ["the name of the key's file", { kind: 'key', file: 'our swarm.key' }, false, /the swarm's key$/, "'our swarm.key'"],
  ['the word where that name goes', { kind: 'key', file: undefined }, false, /the swarm's key$/, 'KEYFILE'],
])('the line to paste carries %s', (_what, entry, mdns, how, words) => {
  const { emit, become, lines, events } = listen({ recipeFile: 'r.json', hasData: true, mdns, entry })
  become({ phase: 'waiting' })
  emit('started', started)
  emit('waiting', waiting)
  const [said, first] = lines.slice(-3)
  expect(said).toMatch(how)
  expect(first).toBe(`  hearsay peer r.json --data SOURCE --connect ${FAR} --invite ${words}`)
  // A key would stay in the log of whatever reads the events.
  const told = events.find(({ event }) => event === 'waiting')
  expect(told).toMatchObject(waiting)
  expect(told?.invite).toBe(entry.kind === 'invitation' ? entry.text : undefined)
})

test('an invitation, which is long, is printed again now and then, and is above in between', () => {
  const entry: Entry = { kind: 'invitation', text: 'hearsay-invite-AbC_9', until: Date.parse('2026-12-07T01:35:00Z') }
  const { emit, become, lines } = listen({ recipeFile: 'r.json', entry })
  become({ phase: 'waiting' })
  emit('started', started)
  for (let notice = 0; notice <= 31; notice++) emit('waiting', waiting)
  const withLine = lines.flatMap((line, index) => (line.includes('--invite hearsay-invite-') ? [index] : []))
  const said = lines.filter(line =>
    line.endsWith('still waiting for 1 other peer with data: 1 of 2 here; others join with the line above'),
  )
  // Both addresses at first, one at the 31st notice after.
  expect([withLine.length, said.length]).toEqual([3, 30])
  expect(lines.at(-1)).toContain('--invite hearsay-invite-')
})

test('at every start it is said who may join, unless nobody is to', () => {
  const said = (telling: Telling) => {
    const { emit, lines } = listen(telling)
    emit('started', started)
    return lines.filter(line => line === MEMBERSHIP).length
  }
  expect(said({})).toBe(1)
  expect(said({ alone: true })).toBe(0)
  expect(said({ recipe: { averaging: { rule: 'none' } } })).toBe(0)
})

test('a peer that waits says for whom and how many are there, once with all that helps, and with the line to paste each time', () => {
  const { emit, become, lines, events } = listen({ recipeFile: 'our recipe.json', mdns: true })
  become({ phase: 'waiting' })
  emit('started', started)
  const before = lines.length
  emit('waiting', waiting)
  expect(lines.slice(before)).toEqual([
    'waiting for 1 other peer with data: 1 of 2 here, and the recipe begins with 2 (--alone begins without others, --wait SECONDS gives up)',
    'Others join with the same recipe, on the local network by themselves, elsewhere with',
    `  hearsay peer 'our recipe.json' --connect ${FAR}`,
    `  hearsay peer 'our recipe.json' --connect ${LOCAL}`,
  ])
  const again = lines.length
  emit('waiting', { ...waiting, present: 2, minimum: 4 })
  expect(lines.slice(again)).toEqual([
    'still waiting for 2 other peers with data: 2 of 4 here; others join with',
    `  hearsay peer 'our recipe.json' --connect ${FAR}`,
  ])
  const enough = lines.length
  emit('waiting', { ...waiting, present: 2 })
  expect(lines.slice(enough)).toEqual(['2 of 2 peers with data are here: about to begin'])
  expect(events.filter(({ event }) => event === 'waiting')).toMatchObject([
    waiting,
    { present: 2, minimum: 4 },
    { present: 2, minimum: 2 },
  ])
  // Said already.
  emit('round', round)
  expect(lines.filter(line => line.startsWith('Others join'))).toHaveLength(1)
})

test('a peer that was told to connect to nobody who answers says so', () => {
  const { emit, become, lines } = listen({ connect: ['/ip4/192.0.2.9/tcp/4001'] })
  become({ phase: 'waiting' })
  emit('started', started)
  const before = lines.length
  emit('waiting', { ...waiting, for: 'contact' })
  emit('waiting', { ...waiting, for: 'contact' })
  expect(lines[before]).toMatch(/^waiting until somebody answers at \/ip4\/192\.0\.2\.9\/tcp\/4001: is a peer/)
  expect(lines.at(-2)).toBe('still nobody at /ip4/192.0.2.9/tcp/4001; others join with')
  expect(lines.at(-1)).toBe(`  hearsay peer --connect ${FAR}`)
})

test('a peer without the weights that its recipe begins from says so, and how they come', () => {
  const { emit, become, lines } = listen()
  become({ phase: 'waiting' })
  emit('started', { ...started, parameters: 3_503, frozen: 253_000 })
  expect(lines.at(-2)).toBe(
    'swarm ffffffffffff: 3,503 parameters (253,000 more are frozen, and not sent), 80 samples here, on wasm (fused)',
  )
  const before = lines.length
  emit('waiting', { ...waiting, for: 'weights', present: 0 })
  emit('waiting', { ...waiting, for: 'weights', present: 0 })
  expect(lines[before]).toBe(
    'nobody has the weights that the recipe begins from yet; give them with --from FILE, here or to another peer (--wait SECONDS gives up)',
  )
  expect(lines.at(-2)).toBe('still nobody has the weights that the recipe begins from; others join with')
  emit('waiting', { ...waiting, for: 'weights', present: 2 })
  expect(lines.at(-2)).toBe('still fetching the weights; others join with')
})

test('where this peer was given data, others are told to name theirs', () => {
  const { emit, lines } = listen({ recipeFile: 'recipe.json', hasData: true })
  emit('started', { ...started, step: 40 })
  expect(lines.at(-1)).toBe(`  hearsay peer recipe.json --data SOURCE --connect ${LOCAL}`)
})

test('one that need not wait says at once how others join', () => {
  const { emit, lines } = listen()
  emit('started', { ...started, step: 40 })
  expect(lines.slice(-4)).toEqual([
    'resumed at step 40',
    'Others join with the same recipe, with',
    `  hearsay peer --connect ${FAR}`,
    `  hearsay peer --connect ${LOCAL}`,
  ])
})

test('one that found others at once, though it was to wait, still says how more join', () => {
  const { emit, become, lines } = listen()
  become({ phase: 'waiting' })
  emit('started', started)
  expect(lines.join('\n')).not.toContain('--connect')
  become({ phase: 'training', step: 450, ownSteps: 450 })
  emit('round', round)
  emit('round', round)
  expect(lines.filter(line => line.includes(FAR))).toHaveLength(1)
})

test('a step is one of so many, at a speed, with a time that is left', () => {
  const { emit, become, lines } = listen()
  emit('started', started)
  become({ step: 450, ownSteps: 450 })
  emit('round', round)
  expect(lines.at(-1)).toBe(
    'step 450 of 1,000   loss 0.250   1,230 samples/s   14 s left   accuracy 92.3 %   2 other peers   distance 0.0012',
  )
})

test.each<[what: string, told: Telling, own: number, words: RegExp]>([
  ['of its own number', { flags: { steps: 600 } }, 450, /^step 450 of 600 /],
  ['of those of a next generation', { flags: { more: 500 } }, 450, /^step 450 of 500 /],
  ['in epochs', { flags: { epochs: 10 } }, 450, /^step 450 of 800 /],
  ['of those of the recipe', { recipe: { training: { steps: 2_000 } } }, 450, /^step 450 of 2,000 /],
  ['that it has made itself, where it came late', {}, 50, /^step 50 of 1,000 /],
])('steps are counted %s', (_what, told, own, words) => {
  const { emit, become, lines } = listen(told)
  emit('started', started)
  become({ step: 450, ownSteps: own })
  emit('round', round)
  expect(lines.at(-1)).toMatch(words)
})

test('past its own steps a peer says that it trains for others, and at the last that no time is left', () => {
  const { emit, become, lines } = listen()
  emit('started', started)
  become({ step: 1_050, ownSteps: 1_050 })
  emit('round', { ...round, step: 1_050 })
  expect(lines.at(-1)).toMatch(/^step 1,050, past its own 1,000: others still train {3}loss/)
  emit('round', { ...round, step: 1_000 })
  expect(lines.at(-1)).toMatch(/^step 1,000 of 1,000 {3}loss/)
  expect(lines.filter(line => / left\b/.test(line))).toEqual([])
})

test('addresses at which nobody answers are no news once the swarm has sealed', () => {
  const { emit, become, warnings, events } = listen()
  const message = `cannot connect to ${FAR} yet (refused); trying again until it answers`
  emit('warning', { message })
  become({ phase: 'sealed' })
  emit('warning', { message })
  emit('warning', { message: 'the disk is full' })
  expect(warnings).toEqual([message, 'the disk is full'])
  expect(events.filter(({ event }) => event === 'warning')).toHaveLength(3)
})

test('the end is told with all that became of the data, and a checkpoint only where there is one', () => {
  const { emit, lines, events } = listen()
  emit('started', started)
  const stopped: PeerEvents['stopped'] = {
    reason: 'adopted',
    step: 1_000,
    accuracy: 0.9,
    checkpoint: null,
    ownSteps: 0,
    exchanges: 0,
    exchangesAsked: 0,
    partners: 0,
    inModel: false,
    leftOut: 0,
    members: 2,
    vanished: 0,
    bytesIn: 1,
    bytesOut: 2,
    exchangeBytes: 0,
    fetchBytes: 3,
    fetchedBytes: 3,
    overheadBytes: 0,
  }
  emit('stopped', stopped)
  expect(lines.at(-1)).toBe('stopped at step 1,000 (adopted)')
  expect(events.at(-1)).toMatchObject({ event: 'stopped', ...stopped })
  emit('stopped', { ...stopped, checkpoint: './me/checkpoint.safetensors' })
  expect(lines.at(-1)).toBe('stopped at step 1,000 (adopted); checkpoint in ./me/checkpoint.safetensors')
})

test.each<[words: string, status: Parameters<typeof whatFor>[0]]>([
  ['for 1 other peer to end training and agree', { phase: 'averaging', peers: ['a'], vanished: 0 }],
  [
    'for 2 other peers to end training and agree, and 1 that vanished',
    { phase: 'sealing', peers: ['a', 'b'], vanished: 1 },
  ],
  ['for the 2 peers that vanished to come back; without any it ends', { phase: 'averaging', peers: [], vanished: 2 }],
  ['until 3 other peers have sealed too', { phase: 'sealed', peers: ['a', 'b', 'c'], vanished: 0 }],
  ['a while for those that left, should they come back', { phase: 'sealed', peers: [], vanished: 0 }],
])('one that has trained waits %s', (words, status) => {
  expect(whatFor(status)).toBe(words)
})

test('the time that is left is estimated by the clock, once there are two rounds', () => {
  let now = 5_000
  const estimate = createEstimate(parseRecipe({ training: { batch: 32 } }), () => now)
  expect(estimate(100, 1_000, 3_200)).toBe(9)
  now += 4_000
  expect(estimate(200, 1_000, 3_200)).toBe(32)
  now += 1_000
  expect(estimate(600, 1_000, 3_200)).toBe(4)
})

test('figures of the common model are told in a line when they are there, or why there are none', () => {
  const { emit, lines, events } = listen()
  const figures = {
    kind: 'classes',
    samples: 1_000,
    accuracy: 0.98,
    loss: 0.1,
    baseline: 0.6,
    balancedAccuracy: 0.97,
    macroF1: 0.97,
    classes: [],
  } as const
  emit('judged', { figures, samples: 1_000, members: 2, of: 3 })
  emit('judged', { figures: null, samples: 0, members: 0, of: 0, reason: 'nobody is there any more that has counted' })
  // One by itself says it in the end.
  emit('judged', { figures, samples: 20, members: 1, of: 1 })
  expect(lines).toEqual([
    'judged on the 1,000 test samples of 2 of 3 members: accuracy 98.0 % (always the largest class: 60.0 %)',
    'the common model was not judged together: nobody is there any more that has counted',
  ])
  expect(events.map(({ event, members }) => [event, members])).toEqual([
    ['judged', 2],
    ['judged', 0],
    ['judged', 1],
  ])
})

test('peers that cannot be reached are told of with the reasons, and with what to do', () => {
  const { emit, warnings, lines, events } = listen({})
  const peers = [
    { peer: '12D3KooWaaaaaa', obstacle: 'silent', reason: 'nothing answers within 5 s' },
    { peer: '12D3KooWbbbbbb', obstacle: 'silent', reason: 'nothing answers within 5 s' },
    { peer: '12D3KooWcccccc', obstacle: 'refused', reason: 'nothing listens there (ECONNREFUSED)' },
  ] as const
  emit('unreachable', { peers, of: 8 })
  expect(warnings).toEqual([
    '3 of 8 other peers cannot be reached from here, nor have they come: 2 do not answer: routers or firewalls are in between ' +
      '(…aaaaaa, …bbbbbb); 1 is on a machine where nothing listens (…cccccc)',
  ])
  expect(lines.at(-1)).toMatch(/--listen .*--announce.*--connect/)
  expect(events.at(-1)).toMatchObject({ event: 'unreachable', peers, of: 8 })
  emit('unreachable', { peers: [{ peer: '12D3KooWdddddd', obstacle: 'failed', reason: 'the sky fell' }], of: 1 })
  expect(warnings.at(-1)).toBe(
    'the other peer cannot be reached from here, nor have they come: 1 fails otherwise (…dddddd); the sky fell',
  )
})

const ADDRESS = '/ip4/80.0.0.7/tcp/4001/p2p/12D3KooWaaaaaa'

test.each<[outcome: PeerEvents['upnp']['outcome'], said: RegExp, advice: RegExp | undefined]>([
  [
    'mapped',
    /^--upnp: other peers reach this one at \/ip4\/80\.0\.0\.7\/tcp\/4001\S+, a port that the router 192\.168\.1\.1 opened$/,
    undefined,
  ],
  ['needless', /^--upnp: no router is asked for a port: why$/, undefined],
  ['silent', /^--upnp: no port was opened: why$/, /--announce$/],
  ['refused', /^--upnp: the router 192\.168\.1\.1 opens no port: why$/, /--announce$/],
  ['private', /^--upnp: a port of the router 192\.168\.1\.1 leads nowhere: why$/, /both routers.*--announce/],
])('what came of asking the router is told, and what to do where it is in vain: %s', (outcome, said, advice) => {
  const { emit, lines, warnings, events } = listen()
  const mapping = { outcome, addresses: outcome === 'mapped' ? [ADDRESS] : [], router: '192.168.1.1', reason: 'why' }
  emit('upnp', mapping)
  expect(events.at(-1)).toMatchObject({ event: 'upnp', ...mapping })
  expect(advice === undefined ? lines.at(-1) : warnings.at(-1)).toMatch(said)
  if (advice !== undefined) expect(lines.at(-1)).toMatch(advice)
  expect(warnings).toHaveLength(advice === undefined ? 0 : 1)
})

const clipped: PeerEvents['clipped'] = {
  ...{ peer: '12D3KooWaaaaaa', fault: 'clipped', distance: 30, usual: 12, exchanges: 3, trust: 1 },
}

test.each<[detail: Partial<PeerEvents['clipped']>, said: string]>([
  [{}, 'clipped …aaaaaa is 2.5 times as far away as is usual: its exchanges count for less'],
  [
    { fault: 'far', distance: 168, trust: 0.5 },
    'clipped …aaaaaa is 14 times as far away as is usual, again and again: its exchanges count for less',
  ],
  [
    { fault: 'far', distance: 48e3, trust: 0.25 },
    'clipped …aaaaaa is 4,000 times as far away as is usual, again and again: it has hardly any weight here until it comes nearer',
  ],
  [
    { fault: 'false-sketch', distance: 12, trust: 0.25 },
    'clipped …aaaaaa has sent a model that is farther away than its sketch said: the exchange was cut short, and it has hardly any weight here for a while',
  ],
])('whose exchanges count for less is told in a line, and to programs as it is: %o', (detail, said) => {
  const { emit, lines, events, warnings } = listen()
  emit('clipped', { ...clipped, ...detail })
  expect({ lines, warnings }).toEqual({ lines: [said], warnings: [] })
  expect(events.at(-1)).toMatchObject({ event: 'clipped', ...clipped, ...detail })
})
