import { type Command, Option } from 'commander'
import { defineCommand } from '../../define-command.ts'
import { file, seed, source } from '../../flag-values.ts'
import { takesModel } from '../../model-path.ts'
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
  takesModel(defineCommand(program, 'evaluate', 'what a model is worth on data whose answers are known'))
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
