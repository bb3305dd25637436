import { type Command, Option } from 'commander'
import { defineCommand, type SetExitCode } from '../../define-command.ts'
import { file, fileOrFolder, folder, positive, seed, source } from '../../flag-values.ts'
import { helpOnRecipeValues, MEMBERSHIP_VALUES, type RuleNames } from '../../names.ts'
import { learningTaskOption, membershipOptions, recipeOptions } from '../../recipe-flags.ts'
import type { InitFlags } from './flags.ts'

const HELP = `
Examples:
  hearsay init                                         asks
  hearsay init --yes --data csv:flowers.csv --model linear --out flowers.json
  hearsay init --schema north.json south.json west.json

The recipe is what a swarm has in common, and its SHA-256 is the swarm's
id: give the same file to every peer. It is no secret.

Who may join: invited, the founder and those whom it has invited. Its identity
is made in --state, where its own peer then runs; one that is there is used,
and never overwritten. key: whoever has a secret, which is written beside the
recipe, as recipe.key. open: anyone who has the recipe.`

const STEPS = '--steps'

export function addInit(program: Command, _setExitCode: SetExitCode, rules: RuleNames | undefined): void {
  const command = defineCommand(program, 'init', 'write a recipe, asking or from flags')
    .option('--data <SOURCE>', 'data that the model shall fit (default: "digits")', source)
    .addOption(
      new Option('--schema <FILES...>', "every site's schema, in place of data; see hearsay schema").conflicts('data'),
    )
    .option('--strict', 'refuse data of which something would be skipped')
    .addOption(learningTaskOption())
    .option('--from <FILE>', 'weights that all begin from: safetensors, or a folder of TensorFlow.js', fileOrFolder)
  for (const option of recipeOptions()) {
    command.addOption(option)
    if (option.long === STEPS) command.addOption(epochsOption())
  }
  for (const option of membershipOptions()) command.addOption(option)
  command
    .option('--state <DIR>', "the founder's state folder (default: the recipe's name and -founder)", folder)
    .option('--seed <S>', 'of the initial parameters', seed)
    .option('--out <FILE>', 'where to write it (default: "recipe.json")', file)
    .option('--force', 'overwrite the file')
    .option('--yes', 'ask nothing: what no flag says takes its default')
    .addHelpText('after', () => `${helpOnRecipeValues(rules, [MEMBERSHIP_VALUES])}\n${HELP}`)
    .action(async (flags: InitFlags) => {
      const { runInit } = await import('./run.ts')
      await runInit(flags)
    })
}

function epochsOption(): Option {
  return new Option('--epochs <E>', 'the same in passes over --data (default: about 20, of text 3)')
    .argParser(positive)
    .conflicts('steps')
}
