import { z } from 'zod'
import { type RunResult, recipeHash } from '../../../src/index.ts'
import { Failure } from '../../failure.ts'
import { describePartial } from '../../result-file.ts'
import { drawFacts } from '../../table.ts'
import { bytes, count, counted, distance, percent, seconds } from '../../words.ts'
import { conditionsAsFlags, conditionsSchema } from './conditions.ts'
import type { Finding } from './finding.ts'
import { validRecipe } from './recipe.ts'

const figure = z.number()
const spread = z.object({ mean: figure, min: figure, max: figure })
const round = z.object({
  round: figure,
  time: figure,
  consensusDistance: figure,
  meanSquaredDistance: figure,
  meanDrift: figure.nullable(),
  localLoss: figure.nullable(),
  localAccuracy: spread.nullable(),
  merged: z.object({ loss: figure, accuracy: figure.nullable() }).nullable(),
  bytesSent: figure,
  messages: figure,
})

/** What must be there; later versions may add to it. */
const resultSchema = z.object({
  hearsay: z.literal('1'),
  recipe: z.unknown(),
  recipeHash: z.string(),
  seed: figure,
  engine: z.string(),
  peers: figure,
  conditions: conditionsSchema.optional(),
  rounds: z.array(round),
  final: round.extend({ parametersHash: z.string() }),
  sealed: z.boolean(),
  notes: z.array(z.string()).default([]),
  partial: z
    .discriminatedUnion('reason', [
      z.object({ reason: z.literal('interrupted') }),
      z.object({ reason: z.literal('diverged'), round: figure, peer: z.string() }),
    ])
    .optional(),
  timing: z.object({ wallSeconds: figure }),
}) satisfies z.ZodType<Pick<RunResult, 'sealed' | 'peers' | 'seed'>>

/** Of a recipe too the first field is `hearsay`. */
export function looksLikeResult(content: object): boolean {
  return 'rounds' in content || ('hearsay' in content && 'recipe' in content)
}

export async function inspectResult(file: string, content: unknown): Promise<Finding> {
  const parsed = resultSchema.safeParse(content)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Failure(`${file} is a damaged result: its field ${issue.path.join('.')} is wrong: ${issue.message}`)
  }
  const {
    recipe: written,
    seed,
    engine,
    peers,
    rounds,
    final,
    sealed,
    notes,
    partial,
    timing,
    conditions,
  } = parsed.data
  const recipe = await validRecipe(`${file}, recipe`, written)
  if (recipeHash(recipe) !== parsed.data.recipeHash) {
    throw new Failure(
      `${file}: the recipe in it does not have the hash that is written beside it; the file was changed`,
    )
  }
  const facts: [string, string][] = [
    ['swarm', parsed.data.recipeHash],
    ['run', `${counted(peers, 'peer')}, engine ${engine}, seed ${seed}, took ${seconds(timing.wallSeconds)}`],
    ['model', `${recipe.model.name}, task ${recipe.objective.task}`],
    ['averaging', `topology ${recipe.averaging.topology}, rule ${recipe.averaging.rule}`],
    ...(conditions === undefined ? [] : [['conditions', conditionsAsFlags(conditions)] satisfies [string, string]]),
    ...(partial === undefined ? [] : [['partial', describePartial(partial)] satisfies [string, string]]),
    ['rounds', `${counted(rounds.length, 'evaluation')}, up to round ${count(final.round)}`],
    ['distance', distance(final.consensusDistance)],
    ...(final.merged === null ? [] : [['merged model', describeMerged(final.merged)] satisfies [string, string]]),
    ...(final.localAccuracy === null
      ? []
      : [
          [
            'local models',
            `${percent(final.localAccuracy.mean)} mean, ${percent(final.localAccuracy.min)} worst`,
          ] satisfies [string, string],
        ]),
    ['sent', bytes(final.bytesSent)],
    [sealed ? 'sealed on' : 'not sealed', final.parametersHash],
    ...notes.map(note => ['note', note] satisfies [string, string]),
  ]
  const json = {
    kind: 'result',
    swarm: parsed.data.recipeHash,
    seed,
    engine,
    peers,
    conditions,
    rounds: rounds.length,
    final,
    sealed,
    partial,
  }
  return { json, text: `${file} is the result of a run\n\n${drawFacts(facts, process.stdout)}` }
}

function describeMerged({ loss, accuracy }: { readonly loss: number; readonly accuracy: number | null }): string {
  return accuracy === null ? `loss ${distance(loss)}` : percent(accuracy)
}
