import { stat } from 'node:fs/promises'
import { onInterruption } from '../../interruption.ts'
import { createOutput, type Output } from '../../output.ts'
import { requireWritable, writeOutput } from '../../output-file.ts'
import { shellWords } from '../../shell-words.ts'
import { prepareTask } from '../../task.ts'
import { counted, shortHash } from '../../words.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { InitFlags } from './flags.ts'
import type { Answers } from './questions.ts'

const DEFAULT_FILE = 'recipe.json'
/** The seed of the order of a CSV file's rows, which the recipe does not depend on. */
const DATA_SEED = 1

export async function runInit(given: InitFlags): Promise<void> {
  const out = createOutput(given)
  const signal = onInterruption(out.say)
  if (given.out !== undefined) await requireFree(given.out, given.force)
  const asks = process.stdin.isTTY && process.stderr.isTTY && !given.yes && !given.json && !given.quiet
  const { flags, data }: Answers = asks ? await askForMissing(given, out, signal) : { flags: given }
  if (flags.epochs !== undefined && flags.data === undefined) {
    throw new WrongUsage('--epochs counts passes over data, which --data SOURCE names; without data give --steps N')
  }
  const file = flags.out ?? DEFAULT_FILE
  await requireFree(file, flags.force)

  const { DEFAULT_SOURCE, passesOver, stepsFor } = await import('./steps.ts')
  const source = flags.data ?? DEFAULT_SOURCE
  const { recipe, data: learned } = await prepareTask({
    file: undefined,
    flags,
    source,
    loaded: data,
    stepsFor: train => stepsFor(flags, source, train),
    seed: DATA_SEED,
    trainingSeed: flags.seed,
    strict: flags.strict,
    warn: out.warn,
  })
  signal.throwIfAborted()
  const { recipeHash } = await import('../../../src/index.ts')
  const { peerAveraging } = await import('../../../src/public/algorithms.ts')
  // A recipe that no peer could follow.
  peerAveraging(recipe)
  await writeOutput('--out', file, `${JSON.stringify(recipe, null, 2)}\n`)
  const swarm = recipeHash(recipe)
  out.jsonDocument({ file, swarm, recipe })
  const { steps, batch } = recipe.training
  const withData = flags.data === undefined ? '' : ` --data ${flags.data}`
  const withWeights = flags.from === undefined ? '' : ` ${shellWords(['--from', flags.from])}`
  out.show(
    [
      `wrote ${file}: swarm ${shortHash(swarm)}`,
      `${counted(steps, 'local step')} a peer: ${passesOver(learned.train, steps, batch)} passes over these data`,
      'next:',
      `  hearsay swarm ${file} --peers 5${withData}${withWeights}`,
      `  hearsay peer ${file}${withData}${withWeights}`,
      ...(flags.from === undefined ? [] : ['peers without --from fetch the weights from those that have them']),
    ].join('\n'),
  )
}

async function askForMissing(flags: InitFlags, out: Output, signal: AbortSignal): Promise<Answers> {
  const { askForRecipe } = await import('./questions.ts')
  return await askForRecipe(flags, {
    file: DEFAULT_FILE,
    requireFree: file => requireFree(file, flags.force),
    seed: DATA_SEED,
    warn: out.warn,
    signal,
  })
}

async function requireFree(file: string, force = false): Promise<void> {
  await requireWritable('--out', file)
  const exists = await stat(file).then(
    () => true,
    () => false,
  )
  if (exists && !force) throw new WrongUsage(`${file} exists already; choose another with --out FILE, or add --force`)
}
