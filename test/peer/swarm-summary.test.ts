import { expect, test } from 'vitest'
import { isComplete } from '../../peer/agreement.ts'
import { exitCodeOf } from '../../peer/commands/simulate/run.ts'
import { describeSwarm } from '../../peer/commands/swarm/summary.ts'
import { parseRecipe, type RecipeInput, type RunResult } from '../../src/index.ts'
import type { PeerResult } from '../../src/public/simulate.ts'

const HASH = 'a'.repeat(64)

const peer: PeerResult = {
  peer: '12D3KooWPeerA1b2c3',
  samples: 1_239,
  accuracy: 0.923,
  alone: 0.671,
  sealed: HASH,
  ownSteps: 1_000,
  exchanges: 95,
  exchangesAsked: 100,
  partners: 4,
  inModel: true,
  bytesIn: 12_800_000,
  bytesOut: 13_700_000,
  exchangeBytes: 0,
  fetchBytes: 0,
  fetchedBytes: 0,
  overheadBytes: 0,
}

const round = {
  round: 100,
  time: 14,
  consensusDistance: 0,
  meanSquaredDistance: 0,
  meanDrift: null,
  localLoss: 0.2,
  localAccuracy: null,
  merged: { loss: 0.2, accuracy: 0.956 },
  bytesSent: 66_900_000,
  messages: 190,
}

/** The result of three peers, each changed as it says. */
function resultOf(changes: readonly Partial<PeerResult>[], recipe: RecipeInput = {}): RunResult {
  const peerResults = changes.map(change => ({ ...peer, ...change }))
  return {
    hearsay: '1',
    recipe: parseRecipe(recipe),
    recipeHash: HASH,
    seed: 1,
    engine: 'libp2p',
    peers: peerResults.length,
    rounds: [round],
    spectralGap: null,
    final: { ...round, parametersHash: HASH },
    sealed: peerResults.every(({ sealed }) => sealed === HASH),
    peerResults,
    timing: { wallSeconds: 22, secondsInRounds: 14, peerStepsPerSecond: 1, peakRssBytes: 1 },
  }
}

const other = { peer: '12D3KooWPeerB4d5e6f' }

test('each peer has its own steps, and the exchanges that it made of those asked for, in lines that fit', () => {
  const shown = describeSwarm(
    resultOf([{ samples: 60_000, ownSteps: 10_000, exchanges: 1_000, exchangesAsked: 1_000 }, other]),
  )
  expect(shown).toMatch(/60,000 +10,000 +92\.3 % +67\.1 % +1,000\/1,000 +12\.8 +13\.7\n/)
  expect(shown).toMatch(/1,239 +1,000 +92\.3 % +67\.1 % +95\/100 /)
  for (const line of shown.split('\n')) expect(line.length, line).toBeLessThanOrEqual(78)
})

test('of a regression R² and RMSE stand where accuracy stands', () => {
  const measured = { accuracy: null, alone: null, r2: 0.487, rmse: 53.2, mae: 42.1, aloneR2: 0.31 }
  const recipe: RecipeInput = { objective: { task: 'regress' }, model: { classes: 0, outputs: 1 } }
  const result = resultOf([measured, { ...other, ...measured, r2: 0.4 }], recipe)
  const merged = { loss: 0.5, accuracy: null, r2: 0.495, rmse: 52.91, mae: 41 }
  const shown = describeSwarm({ ...result, final: { ...result.final, merged } })
  expect(shown).toMatch(/1,239 +1,000 +0\.487 +0\.310 /)
  expect(shown).toContain('R² on test samples nobody trained on')
  expect(shown).toMatch(/common model +0\.495 +R² of the average of all peers/)
  expect(shown).toMatch(/its RMSE +52\.91 +in the units of the data/)
  expect(shown).toMatch(/in the swarm +0\.444 +mean; the worst peer 0\.400/)
  expect(shown).not.toMatch(/ccuracy|%/)
})

test.each<[what: string, result: RunResult, complete: boolean, words: RegExp]>([
  ['sealed', resultOf([{}, other]), true, /all 2 peers sealed on\n {2}a{64}\n$/],
  [
    'sealed without the data of one',
    resultOf([{}, { ...other, inModel: false }]),
    false,
    /sealed on\n {2}a{64}\n\n {2}the model does not contain the data of …4d5e6f\n$/,
  ],
  [
    'did not all seal',
    resultOf([{}, { ...other, sealed: null }]),
    false,
    /did not agree: 1 of 2 sealed, on 1 different/,
  ],
  [
    'averages nothing',
    resultOf([{ sealed: null }, other], { averaging: { rule: 'none' } }),
    true,
    /nothing was averaged/,
  ],
  ['has one peer', resultOf([{ sealed: null, inModel: false }]), true, /one peer trained alone/],
])('a swarm that %s says so, and ends with the exit code for that', (_what, result, complete, words) => {
  expect(describeSwarm(result)).toMatch(words)
  expect(isComplete(result)).toBe(complete)
})

test.each<[what: string, changes: Partial<PeerResult>, churn: number | undefined, words: RegExp | undefined]>([
  ['agreed', {}, undefined, undefined],
  ['left one out', { inModel: false }, undefined, /does not contain the data of …4d5e6f$/],
  ['left one out that was made to leave', { inModel: false }, 0.1, undefined],
  ['did not agree', { sealed: null }, undefined, /^the peers did not agree: they are 0\.50 apart, and 0\.001 was/],
])('a simulation of peers that %s ends with the exit code for that', (_what, changes, churn, words) => {
  const result = resultOf([{}, { ...other, ...changes }])
  const { recipe } = result
  const final = result.sealed ? result.final : { ...result.final, consensusDistance: 0.5 }
  const end = () => exitCodeOf({ ...result, final }, { engine: 'virtual', recipe, churn, rounds: undefined })
  if (words === undefined) expect(end()).toBe(0)
  else expect(end).toThrow(expect.objectContaining({ name: 'NotInModel', message: expect.stringMatching(words) }))
})
