import type { Recipe, RecipeInput, SimulationOptions } from '../../../src/index.ts'
import type { ChurnEvent } from '../../../src/public/simulate.ts'
import { defaultPartition } from '../../default-partition.ts'
import { readBytes } from '../../json-file.ts'
import { readRecipe, requireKnownNames } from '../../recipe-file.ts'
import { withFlags } from '../../recipe-flags.ts'
import { requireCarried } from '../../require-peers.ts'
import { type LoadData, prepareTask } from '../../task.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import { requireFittingFlags } from './flag-fit.ts'
import type { RunFlags, TaskName } from './flags.ts'

/** The options of a simulation, apart from its listeners. */
export type Plan = SimulationOptions & Required<Pick<SimulationOptions, 'engine'>> & { readonly recipe: Recipe }

/** The things that a plan needs from outside. */
export interface Planning {
  /** Called with warnings about the data. */
  readonly warn: (message: string) => void
  /** The loader of a caller that plans many runs on the same data. */
  readonly load?: LoadData
}

const DEFAULT_SEED = 1
const DEFAULT_SOURCE = 'digits'
/** Numbers of a vector to average. */
const DEFAULT_DIMENSION = 1_000
/** Variables of a problem with a known answer: of a quadratic every peer keeps a matrix of its square. */
const DEFAULT_VARIABLES = 10
/** Local steps of such a problem, where neither rounds nor steps are given. */
const DEFAULT_PROBLEM_STEPS = 400
const DEFAULT_PROBLEM_RATE = 0.1

/** The part of a recipe that a task decides. */
type Shaping = Pick<Plan, 'recipe' | 'data' | 'from' | 'partition' | 'rounds'>

/** @throws WrongUsage and UsageError for what cannot be, before anything runs */
export async function planSimulation(file: string | undefined, flags: RunFlags, planning: Planning): Promise<Plan> {
  const written = file === undefined ? undefined : await readRecipe(file)
  const task = flags.task ?? written?.objective.task ?? 'classify'
  requireFittingFlags(task, flags, written)
  requireCarried(flags.engine, flags.peers)
  const planned =
    task === 'consensus'
      ? await planConsensus(written, flags)
      : task === 'quadratic' || task === 'mean-estimation'
        ? await planProblem(task, written, flags)
        : await planTraining(file, written, flags, planning)
  const { engine, peers, seed = DEFAULT_SEED, init, loss, delay, stragglers, split, workers, backend } = flags
  const { churn, byzantine, attack, bandwidth: host, linkBandwidth: link, evaluateEvery } = flags
  return {
    ...planned,
    engine,
    peers,
    seed,
    init,
    loss,
    delay,
    bandwidth: host === undefined && link === undefined ? undefined : { host, link },
    churn: typeof churn === 'string' ? await readChurn(churn) : churn,
    stragglers,
    splits: split,
    byzantine: byzantine === undefined || attack === undefined ? undefined : { share: byzantine, attack },
    workers,
    evaluateEvery,
    backend,
    edges: await readEdges(planned.recipe.averaging.topology),
  }
}

async function planConsensus(written: Recipe | undefined, flags: RunFlags): Promise<Shaping> {
  const input = withFlags(written ?? {}, { ...flags, steps: 0 }, flags.seed)
  const recipe = await vectorRecipe('consensus', input, written, flags.dimension ?? DEFAULT_DIMENSION)
  return { recipe, rounds: flags.rounds }
}

async function planProblem(
  task: 'quadratic' | 'mean-estimation',
  written: Recipe | undefined,
  flags: RunFlags,
): Promise<Shaping> {
  const localSteps = flags.localSteps ?? written?.exchange.localSteps ?? 1
  const steps = (await stepsOf(flags, localSteps)) ?? written?.training.steps ?? DEFAULT_PROBLEM_STEPS
  const learningRate = flags.learningRate ?? written?.training.learningRate ?? DEFAULT_PROBLEM_RATE
  const input = withFlags(written ?? {}, { ...flags, steps, localSteps, learningRate, momentum: 0 }, flags.seed)
  const recipe = await vectorRecipe(task, input, written, flags.dimension ?? DEFAULT_VARIABLES, flags.heterogeneity)
  return { recipe }
}

/** @param dimension where no recipe of this task says it */
async function vectorRecipe(
  task: TaskName,
  input: RecipeInput,
  written: Recipe | undefined,
  dimension: number,
  heterogeneity?: number,
): Promise<Recipe> {
  const { parseRecipe } = await import('../../../src/index.ts')
  const isOfTask = written?.objective.task === task
  const shape = isOfTask ? written.model.shape : [dimension]
  const recipe = parseRecipe({
    ...input,
    objective: {
      ...(isOfTask ? written.objective : {}),
      task,
      ...(heterogeneity === undefined ? {} : { heterogeneity }),
    },
    model: { name: 'vector', shape, classes: 0 },
  })
  await requireKnownNames(recipe)
  return recipe
}

async function planTraining(
  file: string | undefined,
  written: Recipe | undefined,
  flags: RunFlags,
  { warn, load }: Planning,
): Promise<Shaping> {
  const { defaultRecipe } = await import('../../../src/index.ts')
  const { parseBackend } = await import('../../../src/public/models.ts')
  const { parsePartition } = await import('../../../src/public/simulate.ts')
  if (flags.partition !== undefined) parsePartition(flags.partition)
  if (flags.backend !== undefined) parseBackend(flags.backend)
  const localSteps = flags.localSteps ?? (written ?? defaultRecipe).exchange.localSteps
  const { recipe, data, from } = await prepareTask({
    file,
    flags: { ...flags, steps: await stepsOf(flags, localSteps) },
    task: flags.task,
    source: flags.data ?? DEFAULT_SOURCE,
    load,
    seed: flags.seed ?? DEFAULT_SEED,
    trainingSeed: flags.seed,
    strict: flags.strict,
    warn,
  })
  // Training ends with its steps, and then the peers agree.
  return { recipe, data, from, partition: flags.partition ?? defaultPartition(data) }
}

/** Local steps of a run, where a flag says how long it is. */
async function stepsOf(flags: RunFlags, localSteps: number | 'auto'): Promise<number | undefined> {
  if (flags.rounds === undefined) return flags.steps
  if (flags.steps !== undefined) {
    throw new WrongUsage('--rounds and --steps both say how long to train; give one (a round is --local-steps steps)')
  }
  const { stepsPerRound } = await import('../../../src/public/models.ts')
  const steps = flags.rounds * stepsPerRound(localSteps)
  if (Number.isSafeInteger(steps)) return steps
  throw new WrongUsage(
    `--rounds ${flags.rounds} of ${stepsPerRound(localSteps)} local steps are more steps than can be counted; expected at most ` +
      `--rounds ${Math.floor(Number.MAX_SAFE_INTEGER / stepsPerRound(localSteps))}`,
  )
}

/** The content of the file of a topology `file:EDGES`. */
async function readEdges(topology: string): Promise<string | undefined> {
  const { edgesFileOf } = await import('../../../src/public/algorithms.ts')
  const file = edgesFileOf(topology)
  return file === undefined ? undefined : (await readBytes(file, 'edges, a line such as "0 1" each')).toString()
}

/** The events in the file of `--churn FILE`. */
async function readChurn(file: string): Promise<ChurnEvent[]> {
  const { parseChurnTrace } = await import('../../../src/public/simulate.ts')
  return parseChurnTrace(
    (await readBytes(file, 'a probability, or a file of who left and came back when')).toString(),
    file,
  )
}
