/**
 * Members that lie: each kind is a core that does not do as the protocol says, in the place of the one that does. A schedule names them, and
 * draws from all that are here.
 *
 * @packageDocumentation
 */

import type { Core } from '../simulations/chaos.ts'

/** By their names in schedules. */
const LIARS: Readonly<Record<string, Core>> = {}

/** The names that a schedule may say. */
export const lieKinds: readonly string[] = Object.keys(LIARS)

/** @throws Error for a name that is none */
export function liarOf(kind: string): Core {
  if (!Object.hasOwn(LIARS, kind)) throw new Error(`no member lies so: ${kind}`)
  return LIARS[kind]
}
