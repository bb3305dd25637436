import { edgesFileOf } from '../src/averaging/topologies/registry.ts'
import { checkInMemory } from '../src/data/check-dataset.ts'
import { UsageError } from '../src/errors.ts'
import { requireInitialWeights } from '../src/library/initial-weights.ts'
import { prepareRecipe } from '../src/library/prepared-recipe.ts'
import type { Recipe } from '../src/recipe/recipe.ts'
import type { EngineName } from './environment.ts'
import type { Simulation, SimulationOptions } from './options.ts'
import { requireSimulationOptions } from './require-options.ts'
import type { RunConditions, RunResult } from './result.ts'

/** Each engine is loaded when it is asked for, with whatever it needs. */
const engines: Readonly<Record<EngineName, () => Promise<(options: Simulation) => Promise<RunResult>>>> = {
  libp2p: async () => (await import('./engines/libp2p.ts')).simulateOverSockets,
  matrix: async () => (await import('./engines/matrix.ts')).simulateInRounds,
  virtual: async () => (await import('./engines/virtual.ts')).simulateVirtually,
}

/**
 * Runs a swarm. The same options give the same result on the same machine, bit for bit, `timing` aside, except over libp2p,
 * where time is real.
 *
 * @throws UsageError where the options do not fit together
 * @throws HearsayError naming the peer that cannot go on
 */
export async function simulate(options: SimulationOptions): Promise<RunResult> {
  requireSimulationOptions(options)
  const { engine = 'virtual', data } = options
  if (!Object.hasOwn(engines, engine)) {
    throw new UsageError(`unknown engine "${engine}"; accepted are ${Object.keys(engines).join(', ')}`)
  }
  const checked = data === undefined ? undefined : checkInMemory(data)
  const prepared = await prepareRecipe(options.recipe, { edges: options.edges, rule: options.rule })
  const { recipe } = prepared
  requireInitialWeights(recipe, options.from)
  const conditions = conditionsOf(options)
  const known = { ...(conditions && { conditions }), ...edgesOf(recipe, options) }
  const result = await (await engines[engine]())({
    ...options,
    recipe,
    prepared,
    data: checked,
    onStart: options.onStart && (start => options.onStart?.({ recipe, ...start, ...(conditions && { conditions }) })),
  })
  return { ...result, ...known }
}

/** The edges of a topology that has them in a file, so that a result says by itself who averaged with whom. */
function edgesOf({ averaging }: Recipe, { edges }: SimulationOptions): Pick<RunResult, 'edges'> {
  return edges === undefined || edgesFileOf(averaging.topology) === undefined ? {} : { edges }
}

/** The conditions in a result: here and not in the engines, so that all report alike what was asked for. */
function conditionsOf({ churn, ...options }: SimulationOptions): RunConditions | undefined {
  const { partition, loss, delay, bandwidth, stragglers, splits, byzantine } = options
  const asked: RunConditions = {
    partition,
    loss,
    churn: typeof churn === 'object' ? 'trace' : churn,
    delay,
    bandwidth,
    stragglers,
    splits,
    byzantine,
  }
  const given = Object.entries(asked).filter(([, value]) => value !== undefined)
  return given.length === 0 ? undefined : Object.fromEntries(given)
}
