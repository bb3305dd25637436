import { type Command, Option } from 'commander'
import { defineCommand } from '../../define-command.ts'
import { file, source } from '../../flag-values.ts'
import { helpOnValues } from '../../names.ts'
import type { SchemaFlags } from './flags.ts'

const HELP = `
What the file tells: the names of the columns and their kinds (number,
category, yes/no, date), how many rows there are and how many cells are
missing, of numbers the mean and the deviation, rounded, of categories the
values of five rows at least (--rare: all of them), of the label every class
with its rows, however few. Of a column that fewer than five rows have it
tells nothing. What it does not tell: any row, any single measured value,
the smallest or the largest, anything of columns that are left out but their
names. Read it before you give it away: it is short.

A table's parameters, as in csv:FILE?label=outcome&ignore=name,ward:
  label     the label's column, or several; a name, or an index from 0, or
            from -1 backwards (default: the last column)
  columns   the columns to learn from (default: all that can be learned from)
  ignore    columns to leave out
  missing   texts that stand for a missing value, beside the usual ones
  sep       what is between cells; tab, space, comma, semicolon, pipe too
  decimal   comma or point
  encoding  such as windows-1252, where the file is not UTF-8 or UTF-16
  date      how days are written, such as dd.mm.yyyy
  test      which rows to test with: a share such as 0.3, column:NAME, file:FILE
  header    yes or no
All but label are found by looking where they are not given. In a value & is
written %26, a comma %2C, and % as %25.

Examples:
  hearsay schema --data csv:patients.csv --out north.json
  hearsay schema --data 'csv:patients.csv?label=outcome&ignore=name'
  hearsay init --schema north.json south.json west.json`

export function addSchema(program: Command): void {
  defineCommand(program, 'schema', 'what columns a table has, without its rows')
    .addOption(new Option('--data <SOURCE>', "this site's table; required").argParser(source).makeOptionMandatory())
    .option('--out <FILE>', 'where to write it (default: "schema.json")', file)
    .option('--rare', 'list values of fewer than five rows too')
    .addOption(
      new Option('--task <TASK>', 'what the label means, where it is numbers').choices(['classify', 'regress']),
    )
    .option('--force', 'overwrite the file')
    .addHelpText('after', () => `${helpOnValues()}\n${HELP}`)
    .action(async (flags: SchemaFlags) => {
      const { runSchema } = await import('./run.ts')
      await runSchema(flags)
    })
}
