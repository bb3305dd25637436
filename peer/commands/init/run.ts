import type { Recipe, Split } from '../../../src/index.ts'
import { onInterruption } from '../../interruption.ts'
import { createOutput, type Output } from '../../output.ts'
import { requireFree, writeOutput } from '../../output-file.ts'
import { reportReading } from '../../reading.ts'
import { describeSchema, describeSite } from '../../table-report.ts'
import { beginsFrom, prepareTask } from '../../task.ts'
import { counted, shortHash } from '../../words.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { InitFlags } from './flags.ts'
import { describeFounded, found, requireFittingMembership } from './founding.ts'
import type { Answers } from './questions.ts'

const DEFAULT_FILE = 'recipe.json'
/** The seed of the order of a CSV file's rows, which the recipe does not depend on. */
const DATA_SEED = 1

export async function runInit(given: InitFlags): Promise<void> {
  const out = createOutput(given)
  const signal = onInterruption(out.say)
  if (given.out !== undefined) await requireFree('--out', given.out, given.force)
  const isFull = given.yes || given.json || given.quiet || given.schema !== undefined
  const asks = process.stdin.isTTY && process.stderr.isTTY && !isFull
  const { flags, data }: Answers = asks ? await askForMissing(given, out, signal) : { flags: given }
  if (flags.epochs !== undefined && flags.data === undefined) {
    throw new WrongUsage('--epochs counts passes over data, which --data SOURCE names; without data give --steps N')
  }
  const file = flags.out ?? DEFAULT_FILE
  requireFittingMembership(flags)
  await requireFree('--out', file, flags.force)

  const {
    recipe: open,
    told,
    data: seen,
  } = flags.schema === undefined ? await fromData(flags, data, out) : await fromSchemas(flags, flags.schema, out)
  signal.throwIfAborted()
  const { recipeHash } = await import('../../../src/index.ts')
  const { peerAveraging } = await import('../../../src/public/algorithms.ts')
  // A recipe that no peer could follow.
  peerAveraging(open)
  const { requireBuildable } = await import('../../../src/public/models.ts')
  await requireBuildable(open, seen)
  const founded = await found(open, flags, file)
  const { recipe, state, key } = founded
  await writeOutput('--out', file, `${JSON.stringify(recipe, null, 2)}\n`)
  const swarm = recipeHash(recipe)
  const { founder } = recipe.security
  out.jsonDocument({ file, swarm, recipe, state, founder, key })
  const isOfSites = flags.schema !== undefined
  const withData = flags.data === undefined ? [] : ['--data', flags.data]
  const withWeights = flags.from === undefined ? [] : ['--from', flags.from]
  const source = [...(isOfSites ? ['--data', 'SOURCE'] : withData), ...withWeights]
  out.show(
    [
      ...told,
      ...describeFounded(founded, { file, swarm: shortHash(swarm), source, isOfSites }),
      ...(flags.from === undefined ? [] : ['peers without --from fetch the weights from those that have them']),
    ].join('\n'),
  )
}

/** A recipe, and what people are told of how it came about. */
interface Written {
  readonly recipe: Recipe
  readonly told: readonly string[]
  /** The data that it was made for, where they are here. */
  readonly data?: Split
}

async function fromData(flags: InitFlags, loaded: Split | undefined, out: Output): Promise<Written> {
  const { DEFAULT_SOURCE, passesOver, stepsFor } = await import('./steps.ts')
  const source = flags.data ?? DEFAULT_SOURCE
  const reading = reportReading(out, source)
  const { recipe, data } = await prepareTask({
    file: undefined,
    flags,
    source,
    loaded,
    task: flags.task,
    stepsFor: train => stepsFor(flags, source, train),
    seed: DATA_SEED,
    trainingSeed: flags.seed,
    strict: flags.strict,
    warn: out.warn,
    onProgress: reading.onProgress,
  }).finally(reading.end)
  const { steps, batch } = recipe.training
  const passes = `${counted(steps, 'local step')} a peer: ${passesOver(data.train, steps, batch)} passes over these data`
  return { recipe, data, told: [...describeData(data), passes] }
}

/** What was understood of a table. */
function describeData({ train, table }: Split): string[] {
  if (table?.site === undefined) return []
  return [describeSite(train.name, table.site, table)]
}

async function fromSchemas(flags: InitFlags, files: readonly string[], out: Output): Promise<Written> {
  const { recipeOfSchemas } = await import('./schemas.ts')
  const { recipe: made, merged } = await recipeOfSchemas(flags, files)
  const { recipe } = await beginsFrom(made, flags.from, out.warn)
  for (const { name, reason } of merged.leftOut) out.warn(`left out ${JSON.stringify(name)}: ${reason}`)
  const sites = counted(files.length, 'site')
  return {
    recipe,
    told: [
      describeSchema(merged.schema, merged.classNames),
      `${counted(merged.rows, 'row')} at ${sites}; ${counted(recipe.training.steps, 'local step')} a peer`,
      `training begins when ${counted(recipe.start.minimumPeers, 'peer')} with data are there (--min-peers N)`,
    ],
  }
}

async function askForMissing(flags: InitFlags, out: Output, signal: AbortSignal): Promise<Answers> {
  const { askForRecipe } = await import('./questions.ts')
  return await askForRecipe(flags, {
    file: DEFAULT_FILE,
    requireFree: file => requireFree('--out', file, flags.force),
    seed: DATA_SEED,
    warn: out.warn,
    signal,
  })
}
