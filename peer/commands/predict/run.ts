import { existsSync, realpathSync } from 'node:fs'
import type { PredictedTable } from '../../../src/index.ts'
import { onInterruption } from '../../interruption.ts'
import { modelPath } from '../../model-path.ts'
import { createOutput, type Output } from '../../output.ts'
import { requireWritable, writeStream } from '../../output-file.ts'
import { showProgress } from '../../progress.ts'
import { bytes, count, counted } from '../../words.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { PredictFlags } from './flags.ts'

/** Columns that people are told of; a model may have a thousand classes. */
const NAMES_TOLD = 6

/** Reasons for which rows were left out that people are told; programs are told them all. */
const REASONS_TOLD = 10

export async function runPredict(given: string | undefined, flags: PredictFlags): Promise<void> {
  const { state, modelFile, data, out: to, strict, allowModule } = flags
  const out = createOutput(flags)
  const path = modelPath(given, state)
  await requireWritable('--out', to)
  if (existsSync(to) && flags.force !== true) {
    throw new WrongUsage(`--out ${to} exists already; choose another name, or replace it with --force`)
  }
  requireOtherFile(to, data)
  requireTextName(to)
  const signal = onInterruption(out.say)
  const { loadModel, predictTable } = await import('../../../src/index.ts')
  const model = await loadModel(path, { modelFile, allowModule, warn: out.warn })
  const progress = showProgress(out, `predicting ${data}`)
  let rows = 0
  try {
    const predicted = await predictTable(model, data, {
      strict,
      signal,
      onProgress: (read, of) =>
        progress.update({
          share: of === undefined ? undefined : Math.min(1, read / of),
          facts: [`${count(rows)} rows`, `${bytes(read)} read`],
        }),
    })
    const lines = linesOf(predicted, block => {
      rows += block
    })
    await writeStream('--out', to, lines)
    progress.end()
    tell(predicted, to, rows, out)
  } finally {
    progress.end()
    model.dispose()
  }
}

/** Names that promise another kind of file than what is written. */
const OTHER_KINDS = /\.(?:parquet|feather|arrow|xlsx?|ods|npy|npz|json|jsonl|zip)$/i

function requireTextName(to: string): void {
  const [ending] = OTHER_KINDS.exec(to) ?? []
  if (ending === undefined) return
  throw new WrongUsage(
    `--out ${to}: a table is written as comma-separated text, not as ${ending}; expected a name such as predicted.csv or predicted.csv.gz`,
  )
}

/** Rows that cannot be read are left out: in place of the table they would be lost. */
function requireOtherFile(to: string, data: string): void {
  const [, file = ''] = /^\w+:([^?]*)/.exec(data) ?? []
  if (!existsSync(to) || !existsSync(file) || realpathSync(to) !== realpathSync(file)) return
  throw new WrongUsage(`--out ${to} is the table itself, of which rows may be left out; choose another name`)
}

/** The table as text, a block of rows at a time. */
async function* linesOf({ header, blocks }: PredictedTable, onRows: (rows: number) => void): AsyncGenerator<string> {
  // Imported here, since to name the command takes no writer of its files.
  const { stringify } = await import('csv-stringify/sync')
  yield stringify([header])
  for await (const block of blocks) {
    onRows(block.length)
    yield stringify([...block])
  }
}

function tell(predicted: PredictedTable, to: string, rows: number, out: Output): void {
  const { file, header, added } = predicted
  const { rows: skipped, reasons } = predicted.skipped()
  for (const reason of reasons.slice(0, REASONS_TOLD)) out.warn(`${file}: ${reason}`)
  if (skipped > 0) {
    out.warn(
      `left out ${count(skipped)} of ${counted(rows + skipped, 'row')}, which cannot be read; --strict refuses such a table`,
    )
  }
  out.jsonDocument({ file: to, rows, skipped, reasons, columns: header, predicted: added })
  out.show(
    `wrote ${to}: ${counted(rows, 'row')} with ${added.slice(0, NAMES_TOLD).join(', ')}${added.length > NAMES_TOLD ? ', …' : ''}`,
  )
}
