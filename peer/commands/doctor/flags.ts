import type { OutputFlags } from '../../output.ts'
import { WrongUsage } from '../../wrong-usage.ts'

/** All options of `hearsay doctor`. */
export interface DoctorFlags extends OutputFlags {
  readonly connect?: string
  readonly invite?: string
  readonly state?: string
}

/** @throws WrongUsage where something is given that says how a target is tried, and no target */
export function requireNoTargetFlags(recipeFile: string | undefined, { invite, state }: DoctorFlags): void {
  const given = [
    [recipeFile, 'RECIPE'],
    [invite, '--invite'],
    [state, '--state'],
  ].find(([value]) => value !== undefined)
  if (given !== undefined)
    throw new WrongUsage(`${given[1]} says how a peer is tried: name it with --connect MULTIADDR`)
}
