import type { Recipe, Split } from '../../../src/index.ts'
import { defaultPartition, SKEWED } from '../../default-partition.ts'
import { readRecipe, requireKnownNames } from '../../recipe-file.ts'
import { withFlags } from '../../recipe-flags.ts'
import { MOST_REAL_PEERS } from '../../require-peers.ts'
import { prepareTask } from '../../task.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { SimulateFlags } from './flags.ts'

type TaskName = Recipe['objective']['task']

/** What is going to be simulated. */
export interface Plan {
  readonly recipe: Recipe
  readonly seed: number
  readonly partition: string
  /** Undefined for the task consensus. */
  readonly data: Split | undefined
  /** Where the simulation ends before agreement. */
  readonly rounds: number | undefined
}

const DEFAULT_SEED = 1
const DEFAULT_BACKEND = 'wasm'
const DEFAULT_DIMENSION = 1_000

/** What one task takes and the other does not know. */
const ONLY = {
  consensus: ['dimension', 'init'],
  learning: [
    'data',
    'partition',
    'strict',
    'standardise',
    'backend',
    'model',
    'optimizer',
    'learningRate',
    'momentum',
    'weightDecay',
    'clipNorm',
    'schedule',
    'warmupSteps',
    'batch',
    'steps',
    'localSteps',
  ],
} as const satisfies Record<string, readonly (keyof SimulateFlags)[]>

/** @param warn hears what is odd about the data */
export async function planSimulation(
  file: string | undefined,
  flags: SimulateFlags,
  warn: (message: string) => void,
): Promise<Plan> {
  const written = file === undefined ? undefined : await readRecipe(file)
  const task = flags.task ?? written?.objective.task ?? 'classify'
  requireTaskFlags(task, flags)
  if (flags.engine === 'libp2p') requireNoVirtualFlags(task, flags)
  return task === 'consensus' ? await planConsensus(written, flags) : await planTraining(file, written, flags, warn)
}

async function planConsensus(written: Recipe | undefined, flags: SimulateFlags): Promise<Plan> {
  const { parseRecipe } = await import('../../../src/index.ts')
  const own = written?.objective.task === 'consensus' ? written.model.shape : undefined
  const shape = flags.dimension === undefined ? (own ?? [DEFAULT_DIMENSION]) : [flags.dimension]
  const input = withFlags(written ?? {}, { ...flags, steps: 0, model: 'vector' }, flags.seed)
  const recipe = parseRecipe({
    ...input,
    objective: { task: 'consensus' },
    model: { name: 'vector', shape, classes: 0 },
  })
  await requireKnownNames(recipe)
  const seed = flags.seed ?? DEFAULT_SEED
  return { recipe, seed, partition: SKEWED, data: undefined, rounds: flags.rounds }
}

async function planTraining(
  file: string | undefined,
  written: Recipe | undefined,
  flags: SimulateFlags,
  warn: (message: string) => void,
): Promise<Plan> {
  const { defaultRecipe, parseBackend, parsePartition, stepsPerRound } = await import('../../../src/index.ts')
  if (flags.partition !== undefined) parsePartition(flags.partition)
  parseBackend(flags.backend ?? DEFAULT_BACKEND)
  if (flags.rounds !== undefined && flags.steps !== undefined) {
    throw new WrongUsage(
      '--rounds and --steps both say how long to train; give one (a round is --steps-per-exchange steps)',
    )
  }
  const localSteps = flags.localSteps ?? (written ?? defaultRecipe).exchange.localSteps
  const steps = flags.rounds === undefined ? flags.steps : flags.rounds * stepsPerRound(localSteps)
  const seed = flags.seed ?? DEFAULT_SEED
  const { recipe, data } = await prepareTask({
    file,
    flags: { ...flags, steps },
    task: flags.task,
    source: flags.data ?? 'digits',
    seed,
    trainingSeed: flags.seed,
    strict: flags.strict,
    warn,
  })
  const partition = flags.partition ?? defaultPartition(data)
  // Training ends with its steps, and then the peers agree.
  return { recipe, seed, partition, data, rounds: undefined }
}

function requireTaskFlags(task: TaskName, flags: SimulateFlags): void {
  const [foreign, tasks] =
    task === 'consensus' ? [ONLY.learning, 'classify or language'] : [ONLY.consensus, 'consensus']
  const given = foreign.find(name => flags[name] !== undefined)
  if (given !== undefined) throw new WrongUsage(`${flagOf(given)} is for --task ${tasks}; this is --task ${task}`)
}

function requireNoVirtualFlags(task: TaskName, flags: SimulateFlags): void {
  if (task === 'consensus') throw new WrongUsage('--task consensus runs on --engine virtual; real peers learn')
  if (flags.peers > MOST_REAL_PEERS) {
    throw new WrongUsage(`--engine libp2p runs at most ${MOST_REAL_PEERS} real peers; --engine virtual more`)
  }
  const given = (['loss', 'delay', 'evaluateEvery'] as const).find(name => flags[name] !== undefined)
  if (given !== undefined)
    throw new WrongUsage(`${flagOf(given)} is for --engine virtual; --engine libp2p has a real network`)
}

function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}
