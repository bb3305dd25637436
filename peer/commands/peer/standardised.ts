import type { PeerEvents, Recipe } from '../../../src/index.ts'
import { counted } from '../../words.ts'

/**
 * What samples are standardised by from now on. Of a table only the columns that are: a category stays what it is.
 *
 * @param isOwn whether the peer goes by its own samples, since it averages with nobody
 */
export function describeStandardised(
  { data: { table, standardise }, model }: Pick<Recipe, 'data' | 'model'>,
  { mean }: PeerEvents['standardised'],
  isOwn: boolean,
): string {
  const how = isOwn ? 'goes by its own' : 'agreed on the'
  if (!standardise) return `${how} shares of the classes`
  const measured =
    table === undefined
      ? counted(mean.length, 'feature')
      : counted(table.columns.filter(({ kind }) => kind !== 'category').length, 'column')
  return `${how} mean and spread of ${measured}${model.outputs === undefined ? '' : ', and of what is predicted'}`
}
