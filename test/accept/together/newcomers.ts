/**
 * A swarm to which newcomers come without end: it ends all the same, within the recipe's patience, and whoever came early has a part.
 *
 * @packageDocumentation
 */

import { seconds } from '../../../peer/words.ts'
import { StalledError } from '../../../simulations/virtual/clock.ts'
import { createWorld } from '../../../simulations/virtual/world.ts'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { ANNOUNCE_INTERVAL_MS } from '../../../src/gossip/membership/constants.ts'
import { defaultRecipe } from '../../../src/recipe/recipe.ts'
import { createRows, type Item, type ItemOptions, type Row, seedsOf } from '../row.ts'
import { createMarkingTrainer } from './marking-trainer.ts'

const FOUNDERS = 4
const MINUTE_MS = 60_000

/** Virtual minutes of the founders' training. */
const TRAINING_MINUTES = 30

const { steps: STEPS } = defaultRecipe.training
/** Between two exchanges. */
const LOCAL_STEPS = 10

const { patience } = defaultRecipe.start

/** One that takes so many times as long, since newcomers hold up the others, and so long to seal, has not ended. */
const MOST_OVERTIME = 1.5
const LONGEST_SEALING_MS = 10 * MINUTE_MS

/** More than the last exchanges and the seal take once nobody trains. */
const SEALING_MS = 60_000

export interface NewcomersOptions extends ItemOptions {
  /** Default: 30 minutes, and a newcomer each minute. */
  readonly trainingMs?: number
  readonly gapMs?: number
}

interface Measured {
  /**
   * Since the first step, in virtual milliseconds: until half of the founders had done their steps, until the last of them ended its
   * training, and until all founders had sealed.
   */
  readonly half: number
  readonly trained: number
  readonly sealed: number
  /** Phases in the end, of all that have come. */
  readonly phases: readonly string[]
  /** The fate of each newcomer, in the order of their coming. */
  readonly newcomers: readonly { readonly came: number; readonly inModel: boolean; readonly ownSteps: number }[]
}

async function measure(
  seed: number,
  trainingMs: number,
  gapMs: number,
  log?: (line: string) => void,
): Promise<Measured> {
  // The peers that would come until the swarm is cut off, and some more.
  const peers = FOUNDERS + Math.ceil((patience * trainingMs + 5 * gapMs) / gapMs)
  const intervals: number[] = new Array(peers).fill(0)
  const own: number[] = new Array(peers).fill(0)
  const done: (number | undefined)[] = new Array(peers).fill(undefined)
  const ended: (number | undefined)[] = new Array(peers).fill(undefined)
  const came: number[] = []
  const stepMs = trainingMs / STEPS
  /** The first step. */
  let began: number | undefined
  const world = createWorld({
    swarm: '50'.repeat(32),
    topology: complete,
    rule: dpsgd(mean),
    peers,
    seed,
    steps: STEPS,
    localSteps: LOCAL_STEPS,
    target: defaultRecipe.averaging.consensusDistance,
    maximumNorm: defaultRecipe.security.maximumNorm,
    evaluateEvery: Number.POSITIVE_INFINITY,
    minimumPeers: FOUNDERS,
    patience,
    networkConditions: { delay: '1-5', loss: 0 },
    trainer: async (index, _random, clock) =>
      // Nobody looks at the marks: with one place for all, vectors are short.
      createMarkingTrainer(clock, {
        index: 0,
        peers: 1,
        stepMs,
        samples: 1,
        nextInterval(steps) {
          // The clock stands where the interval begins.
          began ??= clock.now()
          own[index] += steps
          if (own[index] >= STEPS) done[index] ??= clock.now() + steps * stepMs
          return intervals[index]++
        },
        onMark() {},
        spoils: () => false,
      }),
    onEvent(peer, name) {
      if (name !== 'trained') return
      const index = world.simulatedPeers.findIndex(one => one.peer === peer)
      ended[index] = world.clock.now()
    },
    log,
  })
  const { clock, simulatedPeers } = world
  const founders = simulatedPeers.slice(0, FOUNDERS)
  const haveSealed = () => founders.every(({ gossip }) => gossip?.sealed() !== undefined)
  for (const { index } of founders) await world.start(index)

  function come(): void {
    const index = FOUNDERS + came.length
    if (index >= peers || haveSealed()) return
    came.push(clock.now())
    void world.start(index)
    clock.after(gapMs, come)
  }
  clock.after(gapMs, come)
  let sealed = Number.NaN
  try {
    await clock.run(haveSealed, MOST_OVERTIME * patience * trainingMs + LONGEST_SEALING_MS)
    sealed = clock.now()
    // The newcomers' turn: they hear of the seal within seconds.
    await clock.run(() => world.agreed(), sealed + LONGEST_SEALING_MS)
  } catch (error) {
    if (!(error instanceof StalledError)) throw error
  }
  const since = (at = Number.NaN) => at - (began ?? Number.NaN)
  const times = done.slice(0, FOUNDERS).map(since)
  return {
    half: times.toSorted((a, b) => a - b)[Math.ceil(FOUNDERS / 2) - 1],
    trained: Math.max(...ended.slice(0, FOUNDERS).map(since)),
    sealed: since(sealed),
    phases: simulatedPeers.flatMap(({ gossip }) => gossip?.status().phase ?? []),
    newcomers: came.map((at, i) => {
      const status = simulatedPeers[FOUNDERS + i].gossip?.status()
      return { came: at, inModel: status?.inModel ?? false, ownSteps: status?.ownSteps ?? 0 }
    }),
  }
}

function countAll(phases: readonly string[]): string {
  return [...new Set(phases)].map(phase => `${phase} ${phases.filter(one => one === phase).length}`).join(', ')
}

export async function endlessNewcomers(options: NewcomersOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  const { trainingMs = TRAINING_MINUTES * MINUTE_MS, gapMs = MINUTE_MS } = options
  const scale = `training of ${seconds(trainingMs / 1_000)}, a newcomer every ${seconds(gapMs / 1_000)}`
  for (const seed of seedsOf(options)) {
    const { half, trained, sealed, phases, newcomers } = await measure(seed, trainingMs, gapMs, options.log)
    // With the averaging after it.
    const interval = half / (STEPS / LOCAL_STEPS)
    rows.add({
      asked: `${scale} (seed ${seed}): training ends within start.patience, ${patience} × the time of half, and the seal is there a minute later`,
      measured: `half were done after ${seconds(half / 1_000)}; the founders ended training after ${seconds(trained / 1_000)} (${(trained / half).toFixed(2)} ×), and had sealed after ${seconds(sealed / 1_000)}; ${newcomers.length} had come, and stand at ${countAll(phases)}`,
      // That half are done is known when it has been announced, and an interval has ended; and the last interval is not cut.
      passed:
        trained <= patience * (half + ANNOUNCE_INTERVAL_MS + interval) + interval && sealed <= trained + SEALING_MS,
    })
    const early = newcomers.filter(({ came }) => came <= trainingMs / 2)
    const within = newcomers.filter(({ came }) => came <= trainingMs)
    const have = (some: typeof newcomers) => `${some.filter(({ inModel }) => inModel).length} of ${some.length}`
    rows.add({
      asked: `${scale} (seed ${seed}): everybody that came in the first half has a part`,
      measured: `${have(early)} that came until ${seconds(trainingMs / 2_000)}; ${have(within)} until ${seconds(trainingMs / 1_000)}; ${have(newcomers)} of all`,
      passed: early.length > 0 && early.every(({ inModel }) => inModel),
    })
  }
  return rows.all()
}

export const newcomers: Item = {
  name: 'newcomers',
  about: 'Newcomers without end',
  seeds: 1,
  run: endlessNewcomers,
}
