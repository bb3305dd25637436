import type { Command } from 'commander'
import { defineCommand } from '../../define-command.ts'
import { file, source } from '../../flag-values.ts'
import { takesModel } from '../../model-path.ts'
import type { PredictFlags } from './flags.ts'

const HELP = `
The file has the table's own columns first, then those of the prediction:
"predicted LABEL" and the probability of each class, "p(CLASS)"; or of a
regression the values, in the units of the data. Rows keep their order. The
table's columns are found by name, in whatever order; it need not have the
label's. It is read and written row by row, so it may be larger than memory.

Examples:
  hearsay predict --state ./me --data csv:new.csv --out predicted.csv
  hearsay predict model.safetensors --data csv:new.csv.gz --out predicted.csv.gz`

export function addPredict(program: Command): void {
  takesModel(defineCommand(program, 'predict', 'what a model says of the rows of a table, in a file'))
    .requiredOption(
      '--data <SOURCE>',
      'the table: csv:FILE, parquet:FILE or npy:FILE, with the parameters that hearsay peer --help lists',
      source,
    )
    .requiredOption('--out <FILE>', 'where to: comma-separated, packed where the name ends in .gz', file)
    .option('--strict', 'refuse a table with a row that cannot be read, in place of leaving it out')
    .option('--force', 'replace the file where it exists')
    .addHelpText('after', HELP)
    .action(async (model: string | undefined, flags: PredictFlags) => {
      const { runPredict } = await import('./run.ts')
      await runPredict(model, flags)
    })
}
