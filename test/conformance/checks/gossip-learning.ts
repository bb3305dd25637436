/** A4: gossip learning, token accounts, and fragments. */

import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { fragmentBounds } from '../../../src/averaging/fragments.ts'
import { type GossipMerge, parseGossipMerge } from '../../../src/averaging/gossip-merge.ts'
import { type MixingMatrix, mixingMatrix } from '../../../src/averaging/mixing.ts'
import type { AveragingRule } from '../../../src/averaging/rule.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { gossip } from '../../../src/averaging/rules/gossip.ts'
import { mosaic } from '../../../src/averaging/rules/mosaic.ts'
import {
  generalizedTokenAccount,
  randomizedTokenAccount,
  simpleTokenAccount,
  type TokenAccount,
} from '../../../src/averaging/token-account.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { epidemicLocal } from '../../../src/averaging/topologies/epidemic-local.ts'
import { addScaled } from '../../../src/parameters/vectors.ts'
import { driveRule } from '../../averaging/drive-rule.ts'
import { below, type Check, near } from '../check.ts'
import { largestDifference, normalStart } from '../problems/consensus-error.ts'
import { pegasosStep, twoClouds } from '../problems/pegasos.ts'
import { largestBurst, runTokenGossip } from '../problems/token-gossip.ts'

const PEERS = 20

const sendsTo = (others: number) => {
  const topology = epidemicLocal(others, 'gossip')
  return (round: number): MixingMatrix => mixingMatrix(topology, PEERS, round)
}

interface Aged {
  readonly age: number
}

/** How far an age falls, at most, from one round to the next, where not everybody trains in every round. */
function largestFallOfAge(merge: GossipMerge): number {
  const rule = gossip('gossip', merge)
  const resting: typeof rule = {
    ...rule,
    train(state, update) {
      if (update[0] !== 0) rule.train(state, update)
    },
  }
  const swarm = driveRule(resting, normalStart(PEERS, 1, 'ages'))
  const ages = () => (swarm.states as readonly Aged[]).map(({ age }) => age)
  const W = sendsTo(1)
  let largest = 0
  for (let round = 0; round < 50; round++) {
    const before = ages()
    swarm.round(W(round), () => Array.from({ length: PEERS }, (_, i) => Float64Array.of(i % 3 === round % 4 ? 1 : 0)))
    for (const [i, age] of ages().entries()) largest = Math.max(largest, before[i] - age)
  }
  return largest
}

/** Coordinates of two peers of ten each that are not the mean of both after one round without training. */
function notHalfway(merge: GossipMerge): number {
  const start = normalStart(2, 10, 'halfway')
  const [a, b] = start
  const swarm = driveRule(gossip('gossip', merge), start)
  swarm.round(mixingMatrix(complete, 2, 0))
  const halfway = (value: number, p: number) => Math.abs(value - (a[p] + b[p]) / 2) < 1e-12
  return swarm.estimates().reduce((count, x) => count + Array.from(x).filter((v, p) => !halfway(v, p)).length, 0)
}

/** How far a merged coordinate lies outside those that it was made of, over all messages of some rounds. */
function largestExcursion(merge: GossipMerge): number {
  const swarm = driveRule(gossip('gossip', merge), normalStart(PEERS, 10, 'convex'))
  const W = sendsTo(2)
  let largest = 0
  for (let round = 0; round < 20; round++) {
    const before = swarm.estimates().map(x => x.slice())
    const now = W(round)
    swarm.round(now)
    for (const [i, x] of swarm.estimates().entries()) {
      const heard = now.neighbours.subarray(now.offsets[i], now.offsets[i + 1])
      for (let p = 0; p < x.length; p++) {
        const values = [before[i][p], ...Array.from(heard, j => before[j][p])]
        largest = Math.max(largest, x[p] - Math.max(...values), Math.min(...values) - x[p])
      }
    }
  }
  return largest
}

/** The smallest share that the older one of two models has in what they become, 4 to 10 updates apart. */
function limitedShare(text: string): number {
  const merge = parseGossipMerge(text)
  const gaps = [4, 5, 10]
  return Math.min(...gaps.flatMap(gap => [merge(7, 7 + gap).share, 1 - merge(7 + gap, 7).share]))
}

/** Pegasos by gossip of one peer beside Pegasos by itself. @param stepOf number of the step, from the age of the model */
function differenceFromPegasos(stepOf: (age: number) => number): number {
  const examples = twoClouds(200, 5, 'pegasos')
  const alone = new Float64Array(5)
  const swarm = driveRule(gossip('gossip', parseGossipMerge('age')), [new Float64Array(5)])
  const one = mixingMatrix(complete, 1, 0)
  examples.forEach((example, k) => {
    addScaled(alone, 1, pegasosStep(alone, example, k + 1))
    const [state] = swarm.states as readonly Aged[]
    swarm.round(one, ([w]) => [pegasosStep(w, example, stepOf(state.age))])
  })
  return largestDifference(swarm.estimates(), [alone])
}

const CAPACITY = 20
const REACTIVITY = 10
const WINDOW = 15
const accounts: readonly TokenAccount[] = [
  simpleTokenAccount(CAPACITY),
  generalizedTokenAccount(CAPACITY, REACTIVITY),
  randomizedTokenAccount(CAPACITY, REACTIVITY),
]

/** By how much an account is ever below 0 or above C. */
function outsideOfAccount(kinds: readonly TokenAccount[]): number {
  const runs = kinds.map(account => runTokenGossip(account, { peers: 30, ticks: 300 }))
  return Math.max(...runs.map(({ fewestTokens, mostTokens }) => Math.max(-fewestTokens, mostTokens - CAPACITY)))
}

/** By how much messages of one peer in T ticks exceed T + C. */
function excessOfBurst(kinds: readonly TokenAccount[], reactsFrom?: (receiver: number) => number): number {
  const bursts = kinds.map(account =>
    largestBurst(runTokenGossip(account, { peers: 30, ticks: 300 }, reactsFrom), WINDOW),
  )
  return Math.max(...bursts) - (WINDOW + CAPACITY)
}

function differenceFromEpidemic(fragments: number): number {
  const start = normalStart(PEERS, 12, 'mosaic')
  const [mosaics, whole] = [driveRule(mosaic('mosaic', fragments), start), driveRule(dpsgd(mean), start)]
  const W = sendsTo(2)
  for (let round = 0; round < 10; round++) for (const swarm of [mosaics, whole]) swarm.round(W(round))
  return largestDifference(mosaics.estimates(), whole.estimates())
}

/** How far peers that agree are taken apart: not at all where the weights of every coordinate sum to 1. */
function movedFromAgreement(rule: AveragingRule): number {
  const [agreed] = normalStart(1, 12, 'agreed')
  const start = Array.from({ length: PEERS }, () => agreed)
  const swarm = driveRule(rule, start)
  const W = sendsTo(4)
  for (let round = 0; round < 10; round++) swarm.round(W(round))
  return largestDifference(swarm.estimates(), start)
}

/** Fragments weighed by the link they came on, though only some links carry each: what is missing of 1 is lost. */
function unevenMosaic(fragments: number): AveragingRule {
  const rule = mosaic('mosaic', fragments)
  return {
    ...rule,
    merge({ x }: ReturnType<typeof rule.start>, received, selfWeight) {
      const sum = x.map(value => selfWeight * value)
      for (const { weight, message } of received) {
        const [start, end] = fragmentBounds(x.length, fragments, message.scalars[0])
        addScaled(sum.subarray(start, end), weight, message.vectors[0].subarray(start, end))
      }
      x.set(sum)
    },
  }
}

/** Bytes of fragments on so many links over those of whole models on two. */
function bytesOverEpidemic(fragments: number, links: number): number {
  const start = normalStart(PEERS, 1_000, 'bytes')
  const [mosaics, whole] = [driveRule(mosaic('mosaic', fragments), start), driveRule(mosaic('mosaic', 1), start)]
  for (let round = 0; round < 5; round++) {
    mosaics.round(sendsTo(links)(round))
    whole.round(sendsTo(2)(round))
  }
  return mosaics.bytes() / whole.bytes()
}

export const gossipLearningChecks: readonly Check[] = [
  {
    line: 'A4.20',
    property: 'the age of a model never falls by merging, unless models only walk',
    ...below(1),
    measure: () => Math.max(...['age', 'plain', 'limited'].map(text => largestFallOfAge(parseGossipMerge(text)))),
    control: {
      broken: 'walk: what arrives takes the place of the model, and its age that of the age',
      measure: () => largestFallOfAge(parseGossipMerge('walk')),
    },
  },
  {
    line: 'A4.20',
    property: 'two models that have seen nothing count half each: coordinates in which they do not, of 20',
    ...near(0, 0),
    measure: () => notHalfway(parseGossipMerge('age')),
    control: {
      broken: 'ages are divided by their sum, which is 0',
      measure: () =>
        notHalfway((own, received) => ({ share: received / (own + received), age: Math.max(own, received) })),
    },
  },
  {
    line: 'A4.20',
    property: 'a merged model lies between those it was made of, in every coordinate',
    ...below(1e-14),
    measure: () =>
      Math.max(...['age', 'plain', 'walk', 'limited'].map(text => largestExcursion(parseGossipMerge(text)))),
    control: {
      broken: 'the share of what arrives is the quotient of the ages, not their share of the sum',
      measure: () => largestExcursion((own, received) => ({ share: (received + 2) / (own + 1), age: own })),
    },
  },
  {
    line: 'A4.20',
    property:
      'a limited merge takes the older model outright where ages are further apart than L: smallest share, of 1',
    ...near(1, 0),
    measure: () => limitedShare('limited,3'),
    control: { broken: 'nothing is limited', measure: () => limitedShare('age') },
  },
  {
    line: 'A4.20',
    property: 'gossip learning of one peer is sequential Pegasos',
    ...below(1e-14),
    measure: () => differenceFromPegasos(age => age + 1),
    control: {
      broken: 'the first step is counted as the second',
      measure: () => differenceFromPegasos(age => age + 2),
    },
  },
  {
    line: 'A4.21',
    property: 'a token account holds at least 0 and at most C',
    ...below(1),
    measure: () => outsideOfAccount(accounts),
    control: {
      broken: 'a full account goes on saving',
      measure: () => outsideOfAccount(accounts.map(account => ({ ...account, proactive: () => 0, reactive: () => 0 }))),
    },
  },
  {
    line: 'A4.21',
    property: 'in any T ticks a peer sends at most T + C messages: how many more',
    ...below(1),
    measure: () => excessOfBurst(accounts),
    control: {
      broken: 'an account that holds three times as much',
      measure: () => excessOfBurst([simpleTokenAccount(3 * CAPACITY)]),
    },
  },
  {
    line: 'B.d',
    property:
      'what a receiver sends leaves from it, at the cost of its own tokens: more messages than T + C of any peer',
    ...below(1),
    measure: () => excessOfBurst(accounts),
    control: {
      broken: 'it leaves from the peer where a loop ended',
      measure: () => excessOfBurst(accounts, () => 29),
    },
  },
  {
    line: 'A4.22',
    property: 'mosaic learning with one fragment is epidemic learning',
    ...below(1e-14),
    measure: () => differenceFromEpidemic(1),
    control: { broken: 'two fragments', measure: () => differenceFromEpidemic(2) },
  },
  {
    line: 'A4.22',
    property: 'the weights of every coordinate sum to 1: peers that agree stay where they are',
    ...below(1e-14),
    measure: () => movedFromAgreement(mosaic('mosaic', 4)),
    control: {
      broken: 'a fragment is weighed by its link, as if it were the whole model',
      measure: () => movedFromAgreement(unevenMosaic(4)),
    },
  },
  {
    line: 'A4.22',
    property: 'four fragments on eight links take as many bytes as whole models on two',
    ...near(1, 0.01),
    measure: () => bytesOverEpidemic(4, 8),
    control: { broken: 'whole models on eight links', measure: () => bytesOverEpidemic(1, 8) },
  },
]
