/**
 * Scenarios of people who start peers by hand, as many and as different as seeds draw them. The first ones are rows of the
 * issue's table, the others are those that its rule of replacement is for.
 *
 * @packageDocumentation
 */

import type { World } from '../../../simulations/virtual/world.ts'
import { hashParameters } from '../../../src/parameters/hash.ts'
import { createRandom, type Random } from '../../../src/random/random.ts'
import type { Beginning, End, Scenario } from './troubled-run.ts'

export interface Kind {
  readonly name: string
  readonly about: string
  readonly draw: (random: Random) => Scenario
}

/** Steps take from here to here, in milliseconds, and so many times as long at most for the slowest as for the quickest. */
const QUICKEST_MS = 0.05
const SLOWEST_MS = 50
const MOST_SLOWER = 100

/** The longest training of the peer in the middle, in virtual milliseconds: it keeps a run short. */
const LONGEST_TRAINING_MS = 15_000

/** Local steps between two exchanges, mostly; now and then more, so that a slow peer's interval is longer than others wait. */
const MOST_LOCAL_STEPS = 20
const RARELY_LOCAL_STEPS = 400

/** People start their programs within so long of one another. */
const LATEST_START_MS = 30_000

const MOST_SAMPLES = 100

/** Between one power of e and another: as likely to be tenfold as to be a tenth. */
const logUniform = (random: Random, least: number, most: number) => least * (most / least) ** random.uniform()

const between = (random: Random, least: number, most: number) => least + random.integer(most - least + 1)

/** A swarm with peers of unlike speed and size; its acts are the caller's. */
function drawSwarm(random: Random, peers = between(random, 2, 6)): Omit<Scenario, 'acts'> {
  const quickest = logUniform(random, QUICKEST_MS, SLOWEST_MS)
  const spread = logUniform(random, 1, MOST_SLOWER)
  const stepMs = Array.from({ length: peers }, () => Math.min(SLOWEST_MS, quickest * logUniform(random, 1, spread)))
  const median = stepMs.toSorted((a, b) => a - b)[peers >> 1]
  const steps = Math.min(between(random, 20, 400), Math.ceil(LONGEST_TRAINING_MS / median))
  return {
    peers,
    stepMs,
    samples: Array.from({ length: peers }, () => Math.round(logUniform(random, 1, MOST_SAMPLES))),
    steps,
    localSteps: drawLocalSteps(random),
    inRounds: random.uniform() < 0.5,
    minimumPeers: 2,
    patience: 2,
    target: 1e-3,
  }
}

function drawLocalSteps(random: Random): Scenario['localSteps'] {
  const chance = random.uniform()
  if (chance < 0.15) return 'auto'
  return between(random, 1, chance < 0.3 ? RARELY_LOCAL_STEPS : MOST_LOCAL_STEPS)
}

function startWithin(random: Random, indices: readonly number[], milliseconds: number): Beginning[] {
  return indices.map(index => ({ index, at: random.uniform() * milliseconds }))
}

const indicesOf = (peers: number) => Array.from({ length: peers }, (_, index) => index)

const nameAll = (ends: readonly End[]) =>
  ends
    .map(
      ({ index, kind, ownSteps, leftOut, inModel }) =>
        `${index}: ${kind}, ${ownSteps} own steps, ${leftOut} left out, in the model ${inModel}`,
    )
    .join('; ')

/** A peer that has done its steps has a part in the model. The watch checks those that have not, being late or slow. */
function whoTrainedHasAPart(least: number) {
  return (ends: readonly End[]) => {
    const without = ends.filter(one => one.kind !== 'gone' && one.ownSteps >= least && !one.inModel)
    return without.length === 0
      ? undefined
      : `${without.length} have done their steps and have no part: ${nameAll(ends)}`
  }
}

function onOneSeal(ends: readonly End[]): string | undefined {
  const there = ends.filter(({ kind }) => kind !== 'gone')
  const hashes = new Set(there.map(({ hash }) => hash))
  const good = hashes.size === 1 && !hashes.has(undefined) && there.every(({ inModel }) => inModel)
  return good ? undefined : `they have not ended on one model that has the data of all: ${nameAll(ends)}`
}

/** Changes a state to one of version 0.1 that a peer had sealed alone. */
async function sealAlone({ simulatedPeers, clock }: World, index: number): Promise<void> {
  const { disk } = simulatedPeers[index]
  const content = disk.content()
  if (content === undefined) throw new Error(`${simulatedPeers[index].peer} has left nothing behind`)
  let over = false
  const { generation: _, sealedAs: __, ...kept } = content
  void disk
    .open(clock)
    .save({ ...kept, sealed: hashParameters(content.parameters) })
    .then(() => {
      over = true
    })
  await clock.run(() => over)
}

export const kinds: readonly Kind[] = [
  {
    name: 'same second',
    about: 'two to six peers, started in the same second',
    draw(random) {
      const swarm = drawSwarm(random)
      const beginnings = startWithin(random, indicesOf(swarm.peers), 1_000)
      const all = { ...swarm, minimumPeers: between(random, 2, swarm.peers) }
      return { ...all, acts: [{ beginnings }], expects: whoTrainedHasAPart(swarm.steps) }
    },
  },
  {
    name: 'one after the other',
    about: 'two to six peers, started within 30 s',
    draw(random) {
      const swarm = drawSwarm(random)
      const beginnings = startWithin(random, indicesOf(swarm.peers), LATEST_START_MS)
      // A peer that comes after the end takes the seal; one that comes when all have gone finds nobody, and gives up.
      const waiting = beginnings.map(beginning => ({ ...beginning, wait: 120_000 }))
      return { ...swarm, acts: [{ beginnings: waiting }], expects: whoTrainedHasAPart(swarm.steps), mayFail: gaveUp }
    },
  },
  {
    name: 'sealed alone before',
    about: 'a state that one peer had sealed alone comes back to another in the middle of its training',
    draw(random) {
      const drawn = drawSwarm(random, 2)
      // So that there is a middle: whoever ends with nobody there is alone at once.
      const localSteps = between(random, 1, Math.max(1, Math.round(drawn.steps / 20)))
      const swarm = { ...drawn, localSteps, minimumPeers: 1 }
      const short = Math.max(1, Math.round(swarm.steps / 10))
      const share = 0.1 + 0.7 * random.uniform()
      return {
        ...swarm,
        acts: [
          { beginnings: [{ index: 0, at: 0, steps: short }], after: world => sealAlone(world, 0) },
          {
            beginnings: [{ index: 1, at: 0 }],
            disturb({ at, steps, begin }) {
              const look = () => (steps(1) >= share * swarm.steps ? begin({ index: 0 }) : at(10, look))
              look()
            },
          },
        ],
        expects: onOneSeal,
      }
    },
  },
  {
    name: 'three of five',
    about: 'three of five have sealed, or two or four, and come again with the others, who have trained alone or not',
    draw(random) {
      const swarm = drawSwarm(random, 5)
      const first = random.shuffle(indicesOf(5)).slice(0, between(random, 2, 4))
      const others = indicesOf(5).filter(index => !first.includes(index))
      const before = random.uniform() < 0.5 ? others : []
      return {
        ...swarm,
        acts: [
          { beginnings: startWithin(random, first, 1_000) },
          // Each by itself, so that none of them has met another.
          ...before.map(index => ({
            beginnings: [{ index, at: 0, minimumPeers: 1, steps: Math.ceil(swarm.steps / 2) }],
          })),
          { beginnings: startWithin(random, indicesOf(5), 5_000).map(one => ({ ...one, wait: 120_000 })) },
        ],
        mayFail: gaveUp,
      }
    },
  },
  {
    name: 'two halves',
    about: 'a swarm falls in two, whose halves may seal apart, and comes together again',
    draw(random) {
      const swarm = drawSwarm(random, between(random, 4, 6))
      const half = random.shuffle(indicesOf(swarm.peers)).slice(0, swarm.peers >> 1)
      const falls = random.uniform() * 10_000
      const heals = falls + 1_000 + random.uniform() * 20_000
      return {
        ...swarm,
        acts: [
          {
            beginnings: startWithin(random, indicesOf(swarm.peers), 1_000),
            disturb({ at, split }) {
              at(falls, () => split(half))
              at(heals, () => split())
            },
          },
        ],
        expects: whoTrainedHasAPart(swarm.steps),
      }
    },
  },
  {
    name: 'crashes',
    about: 'peers die in the middle, and come back from their disks, or never',
    draw(random) {
      const swarm = drawSwarm(random, between(random, 3, 6))
      const crashes = Array.from({ length: between(random, 1, 5) }, () => ({
        index: random.integer(swarm.peers),
        at: random.uniform() * LONGEST_TRAINING_MS,
        lasts: random.uniform() < 0.2 ? Number.POSITIVE_INFINITY : random.uniform() * 20_000,
      }))
      return {
        ...swarm,
        acts: [
          {
            beginnings: startWithin(random, indicesOf(swarm.peers), 1_000).map(one => ({ ...one, wait: 120_000 })),
            disturb({ at, crash }) {
              for (const { index, at: when, lasts } of crashes) at(when, () => crash(index, lasts))
            },
          },
        ],
        mayFail: gaveUp,
      }
    },
  },
  {
    name: 'nobody answers',
    about:
      'a peer whose contacts are not there waits, and gives up when it was told to; a lonely one does not say consensus',
    draw(random) {
      const swarm = drawSwarm(random, 2)
      const isLonely = random.uniform() < 0.5
      const beginning = isLonely ? { minimumPeers: 1 } : { hasContacts: true, minimumPeers: 1, wait: 30_000 }
      return {
        ...swarm,
        acts: [{ beginnings: [{ index: 0, at: 0, ...beginning }] }],
        mayFail: gaveUp,
        expects: ([end]) =>
          end.kind === (isLonely ? 'alone' : 'failed') ? undefined : `it has ended otherwise: ${nameAll([end])}`,
      }
    },
  },
  {
    name: 'a seal comes back',
    about: 'one of those that sealed is started again, and a newcomer comes beside it',
    draw(random) {
      const swarm = drawSwarm(random, 3)
      return {
        ...swarm,
        acts: [
          { beginnings: startWithin(random, [0, 1], 1_000) },
          { beginnings: startWithin(random, [0, 2], 5_000).map(one => ({ ...one, wait: 120_000 })) },
        ],
        expects(ends) {
          const hashes = new Set(ends.map(({ hash }) => hash))
          return hashes.size === 1 && !hashes.has(undefined)
            ? undefined
            : `the newcomer has not got the seal: ${nameAll(ends)}`
        },
      }
    },
  },
  {
    name: 'not a number',
    about: "one peer's training gives no numbers",
    draw(random) {
      const swarm = drawSwarm(random, between(random, 3, 6))
      const spoilt = random.integer(swarm.peers)
      const from = random.integer(10)
      return {
        ...swarm,
        acts: [
          { beginnings: startWithin(random, indicesOf(swarm.peers), 1_000).map(one => ({ ...one, wait: 120_000 })) },
        ],
        spoils: (index, interval) => index === spoilt && interval >= from,
        mayFail: (index, error) => (index === spoilt ? error.name === 'TrainingDivergedError' : gaveUp(index, error)),
        expects: ends => whoTrainedHasAPart(swarm.steps)(ends.filter(({ index }) => index !== spoilt)),
      }
    },
  },
]

/** Nobody came, or all have gone, and it says so. */
function gaveUp(_index: number, error: Error): boolean {
  return error.name === 'NobodyThereError'
}

/** The scenario that a seed draws of a kind. */
export function scenarioOf(kind: Kind, seed: number): Scenario {
  return kind.draw(createRandom(seed).fork(`scenario/${kind.name}`))
}
