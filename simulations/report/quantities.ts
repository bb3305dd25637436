/**
 * What a figure can show: the columns of the rounds' CSV, with the words and the axis of each.
 *
 * @packageDocumentation
 */

import { UsageError } from '../../src/errors.ts'
import type { Recipe } from '../../src/recipe/recipe.ts'
import type { RoundResult } from '../result.ts'
import { LOSS_UNIT } from './plots/loss.ts'
import { COLUMNS, type ColumnName } from './rounds-csv.ts'

/** How a quantity is drawn. */
interface Drawn {
  /** What stands at its axis, with the unit. */
  readonly axis: string | ((task: Recipe['objective']['task']) => string)
  /** What its values are multiplied by. Default: 1. */
  readonly times?: number
  /** Default: where its values are of many magnitudes. */
  readonly logarithmic?: boolean
}

const PERCENT = { times: 100, logarithmic: false }
const R2 = { logarithmic: false }

const QUANTITIES: Readonly<Record<Exclude<ColumnName, 'round'>, Drawn>> = {
  time: { axis: 'time, s', logarithmic: false },
  consensusDistance: { axis: 'consensus distance, relative to the norm', logarithmic: true },
  meanSquaredDistance: { axis: 'mean squared distance of peers', logarithmic: true },
  meanDrift: { axis: 'drift of the mean, relative', logarithmic: true },
  localLoss: { axis: task => `loss of own models (${unitOf(task)})` },
  localAccuracyMean: { axis: 'accuracy of own models, mean over peers, %', ...PERCENT },
  localAccuracyMin: { axis: 'accuracy of own models, the worst, %', ...PERCENT },
  localAccuracyMax: { axis: 'accuracy of own models, the best, %', ...PERCENT },
  mergedLoss: { axis: task => `loss of the merged model (${unitOf(task)})` },
  mergedAccuracy: { axis: 'accuracy of the merged model, %', ...PERCENT },
  bytesSent: { axis: 'sent by all peers, MB', times: 1e-6, logarithmic: false },
  messages: { axis: 'messages of all peers', logarithmic: false },
  localR2Mean: { axis: 'R² of own models, mean over peers', ...R2 },
  localR2Min: { axis: 'R² of own models, the worst', ...R2 },
  localR2Max: { axis: 'R² of own models, the best', ...R2 },
  mergedR2: { axis: 'R² of the merged model', ...R2 },
  mergedRmse: { axis: 'RMSE of the merged model, in units of the data' },
  mergedMae: { axis: 'MAE of the merged model, in units of the data' },
}

/** What a figure can show, by name. */
export const quantityNames: readonly string[] = Object.keys(QUANTITIES)

/** In this order, the first that was measured is what a figure is about. */
const FIRST_MEASURED = ['mergedAccuracy', 'mergedR2', 'mergedLoss', 'consensusDistance'] as const

export interface Quantity {
  readonly axis: string
  /** Undefined: it depends on the values. */
  readonly logarithmic: boolean | undefined
  /** The value of a round, as it is drawn. */
  of(round: RoundResult): number | null
}

/**
 * @param name one of {@link quantityNames}; default: what is learned, else how far peers are apart
 * @throws UsageError where there is no such quantity, or none of these rounds has it
 */
export function quantityOf(
  name: string | undefined,
  rounds: readonly RoundResult[],
  task: Recipe['objective']['task'],
): Quantity {
  const isMeasured = (column: keyof typeof QUANTITIES) => rounds.some(round => COLUMNS[column](round) !== null)
  const chosen = name ?? FIRST_MEASURED.find(isMeasured) ?? 'consensusDistance'
  if (!isQuantity(chosen))
    throw new UsageError(`unknown quantity "${chosen}"; accepted are ${quantityNames.join(', ')}`)
  if (!isMeasured(chosen)) {
    const measured = quantityNames.filter(isQuantity).filter(isMeasured)
    throw new UsageError(
      `${chosen} was measured in none of these rounds; ${measured.length === 0 ? 'nothing was' : `measured were ${measured.join(', ')}`}`,
    )
  }
  const { axis, times = 1, logarithmic }: Drawn = QUANTITIES[chosen]
  return {
    axis: typeof axis === 'string' ? axis : axis(task),
    logarithmic,
    of(round) {
      const value = COLUMNS[chosen](round)
      return value === null ? null : times * value
    },
  }
}

function isQuantity(name: string): name is keyof typeof QUANTITIES {
  return Object.hasOwn(QUANTITIES, name)
}

function unitOf(task: Recipe['objective']['task']): string {
  return LOSS_UNIT[task] ?? LOSS_UNIT.classify
}
