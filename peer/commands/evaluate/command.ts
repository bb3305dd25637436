import { type Command, Option } from 'commander'
import { defineCommand } from '../../define-command.ts'
import { file, fileOrFolder, folder, seed, source } from '../../flag-values.ts'
import type { EvaluateFlags } from './flags.ts'

const HELP = `
Accuracy beside that of always saying the largest class, balanced accuracy,
macro F1, each class's precision and recall; ROC AUC and average precision of
two classes; of measured values R², RMSE and MAE beside those of the mean.
docs/what-a-model-is-worth.md says what each means.

Examples:
  hearsay evaluate --state ./me --data csv:held-back.csv
  hearsay evaluate model.safetensors --data idx:mnist --part test --json`

export function addEvaluate(program: Command): void {
  defineCommand(program, 'evaluate', 'what a model is worth on data whose answers are known')
    .argument(
      '[MODEL]',
      "a file of safetensors or a folder, as hearsay export writes them, or a peer's state folder",
      fileOrFolder,
    )
    .option('--state <DIR>', 'the state folder of a peer, in place of MODEL', folder)
    .option('--model-file <FILE>', "your copy of the file that the recipe's model is made from", file)
    .requiredOption('--data <SOURCE>', 'what to judge it by, as hearsay peer --help lists', source)
    .addOption(new Option('--part <PART>', 'which part of the data (default: "all")').choices(['all', 'test', 'train']))
    .option(
      '--seed <N>',
      'the seed by which data are split that have no test part (default: that of --state, else 1)',
      seed,
    )
    .option('--strict', 'refuse data of which something would be skipped')
    .option('--out <FILE>', 'write all figures as JSON', file)
    .addHelpText('after', HELP)
    .action(async (model: string | undefined, flags: EvaluateFlags) => {
      const { runEvaluate } = await import('./run.ts')
      await runEvaluate(model, flags)
    })
}
