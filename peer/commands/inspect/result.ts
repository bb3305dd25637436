import type { RunResult } from '../../../src/index.ts'
import { DamagedResultError, isOfRecipe, parseResult, type WrittenResult } from '../../../src/public/simulate.ts'
import { Failure } from '../../failure.ts'
import { coefficient, describeQuality } from '../../quality.ts'
import { describePartial } from '../../result-file.ts'
import { drawFacts } from '../../table.ts'
import { bytes, count, counted, distance, percent, seconds } from '../../words.ts'
import { conditionsAsFlags } from './conditions.ts'
import type { Finding } from './finding.ts'
import { validRecipe } from './recipe.ts'

/** Recognises a result by more than its first field, `hearsay`, which a recipe has too. */
export function looksLikeResult(content: object): boolean {
  return 'rounds' in content || ('hearsay' in content && 'recipe' in content)
}

export async function inspectResult(file: string, content: unknown): Promise<Finding> {
  const result = readOrRefuse(file, content)
  const { recipe: written, seed, engine, peers, rounds, final, sealed, notes, partial, timing, conditions } = result
  const recipe = await validRecipe(`${file}, recipe`, written)
  if (!isOfRecipe(recipe, result.recipeHash)) {
    throw new Failure(
      `${file}: the recipe in it does not have the hash that is written beside it; the file was changed`,
    )
  }
  const facts: [string, string][] = [
    ['swarm', result.recipeHash],
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
    ...(final.localR2 === undefined
      ? []
      : [
          [
            'local models',
            `R² ${coefficient(final.localR2.mean)} mean, ${coefficient(final.localR2.min)} worst`,
          ] satisfies [string, string],
        ]),
    ['sent', bytes(final.bytesSent)],
    [sealed ? 'sealed on' : 'not sealed', final.parametersHash],
    ...notes.map(note => ['note', note] satisfies [string, string]),
  ]
  const json = {
    kind: 'result',
    swarm: result.recipeHash,
    seed,
    engine,
    peers,
    conditions,
    rounds: rounds.length,
    final,
    sealed,
    partial,
  }
  // Its fields and its recipe were checked; of the rest nothing is shown.
  return {
    json,
    run: { ...(content as RunResult), recipe },
    text: `${file} is the result of a run\n\n${drawFacts(facts, process.stdout)}`,
  }
}

function readOrRefuse(file: string, content: unknown): WrittenResult {
  try {
    return parseResult(content)
  } catch (error) {
    throw error instanceof DamagedResultError ? new Failure(`${file} is a damaged result: ${error.message}`) : error
  }
}

function describeMerged(merged: NonNullable<WrittenResult['final']['merged']>): string {
  const { loss, accuracy } = merged
  if (accuracy !== null) return percent(accuracy)
  return describeQuality(merged) ?? `loss ${distance(loss)}`
}
