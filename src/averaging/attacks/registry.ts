import { ATTACKS, formsOf, isNameIn, type ParametrisedIn, type PlainIn, parameterOf } from '../../catalogue.ts'
import { UsageError } from '../../errors.ts'
import { alie } from './alie.ts'
import type { Attack } from './attack.ts'
import { dissensus, STANDSTILL } from './dissensus.ts'
import { gaussian } from './gaussian.ts'
import { ipm } from './ipm.ts'
import { labelFlip } from './label-flip.ts'
import { nan } from './nan.ts'
import { signFlip } from './sign-flip.ts'

// A new attack is one file in this folder, one entry in one of these tables, and one line in the catalogue.

const plain: Readonly<Record<PlainIn<typeof ATTACKS>, Attack>> = {
  'sign-flip': signFlip,
  gaussian,
  'label-flip': labelFlip,
  alie: alie(),
  ipm,
  dissensus: dissensus(STANDSTILL),
  nan,
}

/** Those whose strength can be given, as in `dissensus:1.5`. */
const numbered: Readonly<Record<ParametrisedIn<typeof ATTACKS>, (strength: number) => Attack>> = { alie, dissensus }

/** The forms that {@link parseAttack} accepts; `Z` and `EPSILON` stand for numbers above 0. */
export const attackNames: readonly string[] = formsOf(ATTACKS)

/** @throws UsageError for an unknown name, or a strength that is malformed or not wanted */
export function parseAttack(text: string): Attack {
  if (isNameIn(plain, text)) return plain[text]
  const [, name = text, strength = ''] = /^([^:]*):(.*)$/s.exec(text) ?? []
  if (!isNameIn(numbered, name)) {
    throw new UsageError(`unknown attack "${text}"; accepted are ${attackNames.join(', ')}`)
  }
  if (!/^(?=.*[1-9])\d{1,9}(\.\d{1,6})?$/.test(strength)) {
    throw new UsageError(
      `"${text}" has no valid ${parameterOf(ATTACKS, name)}; expected a number above 0, such as ${name}:1.5`,
    )
  }
  return numbered[name](Number(strength))
}
