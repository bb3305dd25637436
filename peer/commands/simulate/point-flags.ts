import { Command, CommanderError } from 'commander'
import { argumentsOf, type PointFlags } from '../../../src/public/simulate.ts'
import { plainMessage } from '../../commander-message.ts'
import { MOST_PEERS, requirePeers } from '../../require-peers.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { RunFlags } from './flags.ts'
import { runOptions } from './options.ts'

/** Flags of a sweep's file that are for a whole command and not for one run, or that are no flags. */
const RECIPE = 'recipe'

/** The flags that a sweep may set: every flag that says what is simulated, and `recipe`, a file. */
export function pointFlagNames(): string[] {
  const names = runOptions().flatMap(({ flags }) => [...flags.matchAll(/--([\w-]+)/g)].map(([, name]) => name))
  return [RECIPE, ...names]
}

/** The flags of one run of a sweep, read as if they were typed. */
export function readPoint(flags: PointFlags): { readonly file: string | undefined; readonly flags: RunFlags } {
  const command = new Command('simulate').exitOverride().configureOutput({ outputError: () => {} })
  for (const option of runOptions()) command.addOption(option)
  const { [RECIPE]: file, ...others } = flags
  try {
    command.parse(argumentsOf(others), { from: 'user' })
  } catch (error) {
    throw error instanceof CommanderError ? new WrongUsage(plainMessage(error.message)) : error
  }
  const read = command.opts<RunFlags>()
  requirePeers(read, MOST_PEERS)
  return { file: file === undefined ? undefined : String(file), flags: read }
}

/** The words to type after `hearsay` for one run alone. */
export function typedPoint({ [RECIPE]: file, ...others }: PointFlags): string[] {
  return ['simulate', ...(file === undefined ? [] : [String(file)]), ...argumentsOf(others)]
}
