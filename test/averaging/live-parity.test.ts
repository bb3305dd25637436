/**
 * Each rule that peers can carry out, as the deployed core carries it out on the virtual network, against the same rule as the
 * matrix engine drives it: round after round, on the same numbers.
 *
 * All numbers lie in [1, 2), where one unit in the last place of a float32 is 2⁻²³ and the difference of two is exact. So what
 * both work out as w · (s_B − s_A) with w = 1/2 has the same bits on both ways; where one of the two multiplies and adds in another
 * order, or rounds once more, they are 2 units apart at most.
 *
 * A new live rule is one row here.
 *
 * @packageDocumentation
 */

import { describe, expect, it, test } from 'vitest'
import type { VirtualClock } from '../../simulations/virtual/clock.ts'
import { createWorld } from '../../simulations/virtual/world.ts'
import type { Clips } from '../../src/averaging/aggregator.ts'
import { mixingMatrix } from '../../src/averaging/mixing.ts'
import { type AveragingRule, isLive, type LiveRule } from '../../src/averaging/rule.ts'
import { clippedRule } from '../../src/averaging/rules/clipped-rule.ts'
import { parseRule, peerRuleNames, plainParts } from '../../src/averaging/rules/registry.ts'
import { createSketcher, sketchDistance } from '../../src/averaging/sketch.ts'
import { complete } from '../../src/averaging/topologies/complete.ts'
import { createGossip } from '../../src/gossip/gossip.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'
import type { Trainer } from '../../src/gossip/ports.ts'
import { createLayout } from '../../src/parameters/layout.ts'
import type { Vector } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'
import { driveRule } from './drive-rule.ts'

interface Row {
  readonly rule: string
  /** Local steps of each peer in a round, one number a peer. */
  readonly steps: readonly number[]
  /** How far apart the two ways may be, in units in the last place. */
  readonly ulps: number
  /** Whether the rule remembers more than parameters and their age, so that rounds cannot be looked at one by one. */
  readonly remembers?: boolean
  /**
   * How merges are clipped. Then everybody starts from the same, as those that train do, and the last peer is moved by its training many times
   * as far as the others in the second round: for longer, and its account would be empty.
   */
  readonly clips?: Clips
}

const rows: readonly Row[] = [
  { rule: 'adpsgd', steps: [1, 1], ulps: 0 },
  { rule: 'diloco', steps: [1, 1], ulps: 0, remembers: true },
  { rule: 'dpsgd', steps: [1, 1, 1], ulps: 2 },
  { rule: 'gossip', steps: [1, 3], ulps: 2 },
  { rule: 'noloco', steps: [1, 1], ulps: 0, remembers: true },
  { rule: 'none', steps: [1, 1], ulps: 0 },
]

const clippedRows: readonly Row[] = [
  { rule: 'adpsgd', steps: [1, 1], ulps: 4, remembers: true, clips: { radius: 0.5 } },
  { rule: 'dpsgd', steps: [1, 1, 1], ulps: 8, remembers: true, clips: { radius: 0.5 } },
  { rule: 'dpsgd', steps: [1, 1, 1], ulps: 8, remembers: true, clips: {} },
]
/** How many times as far. */
const FAR = 5

const SWARM = '1e'.repeat(32)
const ROUNDS = 5
const LENGTH = 500
const ULP = 2 ** -23
/**
 * The duration of an interval: long beside an exchange, so that one interval has one. Each peer takes a little longer than the one before,
 * because two that ask each other at once halve the weight.
 */
const INTERVAL_MS = 1_000
const LONGER_MS = 50

/** Different ones for every peer and round, as float32 has them. */
function drawn(name: string, least: number, most: number): Float32Array {
  const random = createRandom(name)
  return Float32Array.from({ length: LENGTH }, () => least + (most - least) * random.uniform())
}

const startOf = ({ clips }: Row, peer: number) => drawn(`start ${clips === undefined ? peer : 0}`, 1.25, 1.75)
/** Multiples of one unit in the last place, so that adding them is exact too. */
function updateOf({ clips, steps }: Row, peer: number, round: number): Float32Array {
  const times = clips !== undefined && peer === steps.length - 1 && round === 2 ? FAR : 1
  return drawn(`update ${peer} ${round}`, -1 / 64, 1 / 64).map(x => times * ULP * Math.round(x / ULP))
}

/**
 * A trainer whose updates are known beforehand, all of an interval's with its first step; it notes what intervals begin from.
 */
function createKnownTrainer(row: Row, peer: number, seen: Float32Array[], clock: VirtualClock): Trainer {
  const interval = row.steps[peer]
  let done = 0
  return {
    layout: createLayout([{ name: 'x', shape: [LENGTH], trainable: true }]),
    backend: 'none',
    samples: 1,
    initial: async () => startOf(row, peer),
    train(parameters, steps) {
      const begins = done % interval === 0
      if (begins) seen.push(parameters.slice())
      const update = begins ? updateOf(row, peer, seen.length) : new Float32Array(LENGTH)
      done += steps
      const took = ((INTERVAL_MS + peer * LONGER_MS) * steps) / interval
      return clock.work(took, async () => ({ update, loss: 0, samples: steps, seconds: took / 1_000 }))
    },
    evaluate: async () => ({ loss: 0, accuracy: 0, samples: 0 }),
    state: async () => ({ tensors: {}, metadata: {} }),
    async restore() {},
    stop: async () => {},
  }
}

/** `[rounds + 1][peers]`: what peers of the deployed core begin each round from. */
async function carriedOut(rule: LiveRule, row: Row): Promise<Float32Array[][]> {
  const { steps, clips } = row
  const seen = steps.map((): Float32Array[] => [])
  const world = createWorld({
    swarm: SWARM,
    topology: complete,
    rule,
    ...(clips && { clipping: clips }),
    peers: steps.length,
    minimumPeers: steps.length,
    steps: 0,
    localSteps: 1,
    seed: 1,
    target: 1e-3,
    maximumNorm: 1e6,
    evaluateEvery: Number.POSITIVE_INFINITY,
    networkConditions: { delay: '1', loss: 0 },
    trainer: async (index, _random, clock) => createKnownTrainer(row, index, seen[index], clock),
    core(options, emit) {
      const localSteps = steps[Number(options.network.self.slice('peer-'.length))]
      return createGossip({ ...options, localSteps, steps: localSteps * (ROUNDS + 1) }, emit)
    },
  })
  for (const { index } of world.simulatedPeers) await world.start(index)
  await world.clock.run(() => seen.every(({ length }) => length > ROUNDS), 60_000)
  return Array.from({ length: ROUNDS + 1 }, (_, round) => seen.map(vectors => vectors[round]))
}

/** How far the deployed core, with this rule, is at most from what the matrix engine makes of the row's. */
async function largestGap(row: Row, live: LiveRule, rule = asMatrix(row)): Promise<number> {
  const peers = row.steps.length
  const W = mixingMatrix(complete, peers, 0)
  const nothing = new Float32Array(LENGTH)
  const allocate = (length: number) => new Float32Array(length)
  const found = await carriedOut(live, row)
  let driven = driveRule(rule, found[0], { allocate })
  const train = (peer: number, times: number) => {
    for (let step = 0; step < times; step++) rule.train(driven.states[peer], nothing)
  }
  let [age, gap] = [0, 0]
  for (let round = 1; round <= ROUNDS; round++) {
    if (row.remembers !== true) {
      driven = driveRule(rule, found[round - 1], { allocate })
      // All have met in the rounds before, so all have the age of the oldest.
      row.steps.forEach((_, peer) => {
        train(peer, age)
      })
    }
    row.steps.forEach((steps, peer) => {
      train(peer, steps - 1)
    })
    age += Math.max(...row.steps)
    driven.round(W, () => row.steps.map((_, peer) => updateOf(row, peer, round)))
    driven.estimates().forEach((expected, peer) => {
      found[round][peer].forEach((x, p) => {
        gap = Math.max(gap, Math.abs(x - expected[p]) / ULP)
      })
    })
  }
  return gap
}

/** The rule as the matrix engine has it, but for how one that clips measures: deployed peers know distances by sketches. */
function asMatrix({ rule, clips }: Row): AveragingRule {
  if (clips === undefined) return parseRule(rule, plainParts)
  const { sketch } = createSketcher(LENGTH, SKETCH_BUCKETS, Number.parseInt(SWARM.slice(0, 8), 16))
  const sketched = (vector: Vector) => sketch(Float32Array.from(vector))
  return clippedRule(parseRule(rule, plainParts), clips, (a, b) => sketchDistance(sketched(a), sketched(b)))
}

function liveRule(name: string): LiveRule {
  const rule = parseRule(name, plainParts)
  if (!isLive(rule)) throw new Error(`${name} is not live`)
  return rule
}

test('every rule that peers can carry out has a row here', () => {
  expect(rows.map(({ rule }) => rule).sort()).toEqual([...peerRuleNames])
})

describe('the deployed core and the matrix engine do the same', () => {
  it.each(rows)('by $rule, to $ulps units in the last place', async row => {
    expect(await largestGap(row, liveRule(row.rule))).toBeLessThanOrEqual(row.ulps)
  })

  it.each(clippedRows)('by $rule, clipped at $clips, to $ulps units in the last place', async row => {
    expect(await largestGap(row, liveRule(row.rule))).toBeLessThanOrEqual(row.ulps)
  })

  it.each(clippedRows)('and by $rule a core that does not clip is noticed, at $clips', async row => {
    const unclipped = parseRule(row.rule, plainParts)
    expect(await largestGap(row, liveRule(row.rule), unclipped)).toBeGreaterThan(100)
  })

  it.each<[what: string, rule: string, broken: (rule: LiveRule) => LiveRule]>([
    ['takes a thousandth more', 'adpsgd', rule => ({ ...rule, live: { ...rule.live, share: () => 0.5005 } })],
    ['takes shares the wrong way round', 'gossip', rule => withShare(rule, (own, theirs) => own / (own + theirs))],
    ['ignores ages', 'gossip', rule => withShare(rule, undefined)],
    ['makes no outer step', 'noloco', rule => ({ ...rule, live: { schedule: 'pairs' } })],
    ['makes the outer step of another', 'diloco', rule => ({ ...rule, live: liveRule('diloco:0.7,0.8').live })],
    ['averages in pairs', 'dpsgd', rule => ({ ...rule, live: { schedule: 'pairs' } })],
    ['averages with nobody', 'adpsgd', rule => ({ ...rule, live: { schedule: 'alone' } })],
    ['averages', 'none', rule => ({ ...rule, live: { schedule: 'pairs' } })],
  ])('and a core that %s by %s is noticed', async (_what, name, broken) => {
    const row = rows.find(({ rule }) => rule === name) as Row
    expect(await largestGap(row, broken(liveRule(name)))).toBeGreaterThan(100)
  })
})

function withShare(rule: LiveRule, share: LiveRule['live']['share']): LiveRule {
  return { ...rule, live: { ...rule.live, share } }
}
