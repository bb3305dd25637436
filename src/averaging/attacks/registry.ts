import { UsageError } from '../../errors.ts'
import { alie } from './alie.ts'
import type { Attack } from './attack.ts'
import { dissensus, STANDSTILL } from './dissensus.ts'
import { gaussian } from './gaussian.ts'
import { ipm } from './ipm.ts'
import { labelFlip } from './label-flip.ts'
import { nan } from './nan.ts'
import { signFlip } from './sign-flip.ts'

// A new attack is one file in this folder and one entry here, in the list or in the table.

const plain: readonly Attack[] = [signFlip, gaussian, labelFlip, alie(), ipm, dissensus(STANDSTILL), nan]

/** Those whose strength can be given, as in `dissensus:1.5`. */
const numbered: Readonly<Record<string, { readonly letter: string; readonly create: (strength: number) => Attack }>> = {
  alie: { letter: 'Z', create: alie },
  dissensus: { letter: 'EPSILON', create: dissensus },
}

/** What {@link parseAttack} accepts; `Z` and `EPSILON` stand for numbers above 0. */
export const attackNames: readonly string[] = [
  ...plain.map(({ name }) => name),
  ...Object.entries(numbered).map(([name, { letter }]) => `${name}:${letter}`),
]

/** @throws UsageError for an unknown name, or a strength that is malformed or not wanted */
export function parseAttack(text: string): Attack {
  const found = plain.find(({ name }) => name === text)
  if (found) return found
  const [, name = text, strength = ''] = /^([^:]*):(.*)$/s.exec(text) ?? []
  if (!Object.hasOwn(numbered, name)) {
    throw new UsageError(`unknown attack "${text}"; accepted are ${attackNames.join(', ')}`)
  }
  const { letter, create } = numbered[name]
  if (!/^(?=.*[1-9])\d{1,9}(\.\d{1,6})?$/.test(strength)) {
    throw new UsageError(`"${text}" has no valid ${letter}; expected a number above 0, such as ${name}:1.5`)
  }
  return create(Number(strength))
}
