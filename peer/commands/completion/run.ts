import type { Command } from 'commander'
import { readRuleNames } from '../../names.ts'
import { bashScript } from './bash.ts'
import { type Completable, completableOf } from './completable.ts'
import { fishScript } from './fish.ts'
import type { Shell } from './shells.ts'
import { zshScript } from './zsh.ts'

const SCRIPTS: Readonly<Record<Shell, (program: Completable) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** Prints the script, which is all that its reader, a shell, is to get. */
export async function printCompletion(program: Command, shell: Shell): Promise<void> {
  process.stdout.write(SCRIPTS[shell](completableOf(program, await readRuleNames())))
}
