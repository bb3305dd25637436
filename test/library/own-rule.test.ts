import { expect, test } from 'vitest'
import { secondOrder } from '../../examples/own-rule/second-order.ts'
import { renderReport } from '../../simulations/report/report.ts'
import { simulate } from '../../simulations/simulate.ts'
import { defineRule } from '../../src/averaging/define.ts'
import type { LiveRule } from '../../src/averaging/rule.ts'
import { adpsgd } from '../../src/averaging/rules/adpsgd.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import type { RecipeInput } from '../../src/recipe/recipe.ts'
import { createLocalNetwork } from './local-network.ts'

const DEADLINE_MS = 50_000

function consensus(rule: string, more: RecipeInput = {}): RecipeInput {
  return {
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [20], classes: 0 },
    averaging: { rule, topology: 'ring', consensusDistance: 1e-3 },
    training: { steps: 0 },
    ...more,
  }
}

/** In pairs, in which who knows less takes more; and how often a peer asked for that. */
function seekersRule(): { readonly rule: LiveRule; readonly asked: () => number } {
  let asked = 0
  const share = (own: number, theirs: number) => {
    asked++
    return own + theirs === 0 ? 0.5 : theirs / (own + theirs)
  }
  const rule = defineRule({ ...adpsgd, name: 'seekers', live: { schedule: 'pairs', share } }) as LiveRule
  return { rule, asked: () => asked }
}

test('peers average by a rule of their own, by whose name they know each other', async () => {
  const { rule, asked } = seekersRule()
  const recipe = { model: { name: 'linear' }, averaging: { rule: 'seekers' }, training: { steps: 40 } }
  const network = createLocalNetwork()
  const peers = await Promise.all(
    ['anna', 'ben'].map((name, index) => createPeer({ recipe, rule, network: network.join(name), seed: index + 1 })),
  )
  try {
    await Promise.all(peers.map(peer => peer.start()))
    const signal = AbortSignal.timeout(DEADLINE_MS)
    const sealed = await Promise.all(peers.map(peer => peer.untilConsensus({ signal })))
    expect(sealed[0].parametersHash).toBe(sealed[1].parametersHash)
    expect(asked()).toBeGreaterThan(0)
  } finally {
    await Promise.all(peers.map(peer => peer.stop()))
  }
})

test('the virtual engine carries out a rule of the caller as peers do', async () => {
  const { rule, asked } = seekersRule()
  const { final } = await simulate({ recipe: consensus('seekers'), rule, peers: 5, rounds: 20, seed: 1 })
  expect(asked()).toBeGreaterThan(0)
  expect(final.consensusDistance).toBeLessThan(1e-2)
})

test('a run by a rule of the caller has a report, which says nothing of a rule that it does not know', async () => {
  const rule = secondOrder(1.5)
  const result = await simulate({ engine: 'matrix', recipe: consensus(rule.name), rule, peers: 8, seed: 1 })
  expect(result.final.consensusDistance).toBeLessThan(1e-3)
  const page = await renderReport({ result, command: 'simulate' })
  expect(page).toContain('second-order:1.5')
  expect(page).not.toContain('which should be rounding')
})

const own = secondOrder(1.5)
const simulated = (recipe: RecipeInput, more = {}) =>
  simulate({ engine: 'matrix', recipe, rule: own, peers: 4, seed: 1, ...more })

test.each<[expected: string, attempt: () => Promise<unknown>]>([
  ['the recipe says dpsgd: write averaging.rule second-order:1.5', () => simulated(consensus('dpsgd'))],
  [
    'the rule that is given is called adpsgd, as one of hearsay’s'.replace('’', "'"),
    () => simulated(consensus('adpsgd'), { rule: adpsgd }),
  ],
  ['leave out exchange.compression', () => simulated(consensus(own.name, { exchange: { compression: 'int8' } }))],
  [
    'leave out averaging.aggregator',
    () => simulated(consensus(own.name, { averaging: { rule: own.name, aggregator: 'median' } })),
  ],
  ['runs in the thread that has it: leave out workers', () => simulated(consensus(own.name), { workers: 2 })],
  ['does not say how peers carry it out (live)', () => simulated(consensus(own.name), { engine: 'virtual' })],
  ['give it to createPeer', () => simulated({ averaging: { rule: own.name } }, { engine: 'libp2p' })],
  [
    'does not say how peers carry it out (live)',
    () => createPeer({ recipe: { averaging: { rule: own.name } }, rule: own as LiveRule }),
  ],
  ['createPeer: rule is "dpsgd"; it must be an averaging rule', () => createPeer({ rule: 'dpsgd' as never })],
])('a rule of one’s own that does not fit is refused: %s', async (expected, attempt) => {
  await expect(attempt()).rejects.toThrow(expected)
})
