import { PartitionError } from '../errors.ts'

/**
 * The concentration of a Dirichlet distribution, of a partition that is written with one.
 *
 * @param argument what follows the colon; undefined where there is none
 * @throws PartitionError
 */
export function parseAlpha(partition: string, argument = ''): number {
  const alpha = argument.trim() === '' ? Number.NaN : Number(argument)
  if (alpha > 0 && Number.isFinite(alpha)) return alpha
  throw new PartitionError(
    `"${partition}:${argument}" has no valid ALPHA; expected a number above 0, such as ${partition}:0.5`,
  )
}
