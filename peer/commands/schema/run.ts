import { onInterruption } from '../../interruption.ts'
import { createOutput } from '../../output.ts'
import { requireFree, writeOutput } from '../../output-file.ts'
import { describeProblems } from '../../problems.ts'
import { reportReading } from '../../reading.ts'
import { commandLine } from '../../shell-words.ts'
import { describeSite } from '../../table-report.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { SchemaFlags } from './flags.ts'

const DEFAULT_FILE = 'schema.json'

export async function runSchema(flags: SchemaFlags): Promise<void> {
  const out = createOutput(flags)
  const signal = onInterruption(out.say)
  const file = flags.out ?? DEFAULT_FILE
  await requireFree('--out', file, flags.force)
  const { describeSource, openTable } = await import('../../../src/public/tables.ts')
  const source = await openTable(flags.data)
  if (source === undefined) {
    throw new WrongUsage(`--data ${flags.data} is no table; a schema is of tables, such as csv:FILE`)
  }
  const reading = reportReading(out, source.table.file)
  const { site, problems, warnings, unlabelled } = await describeSource(source, {
    signal,
    onProgress: reading.onProgress,
    task: flags.task,
    listsRare: flags.rare,
  }).finally(reading.end)
  for (const warning of warnings) out.warn(`${source.table.file}: ${warning}`)
  if (site === undefined) throw new WrongUsage(describeProblems(source.table.file, problems))
  await writeOutput('--out', file, `${JSON.stringify(site, null, 2)}\n`)
  out.jsonDocument({ file, schema: site })
  out.show(
    [
      describeSite(source.name, site, { unlabelled, dialect: source.table.dialect }),
      '',
      `wrote ${file}: read it, and give it to whoever writes the recipe. Then:`,
      `  ${commandLine(['init', '--schema', file, 'OTHER.json'])}`,
    ].join('\n'),
  )
}
