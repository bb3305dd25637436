/**
 * `npm run bench -- NAME [--json]`: runs one benchmark and keeps its result in `bench/results/NAME.json`.
 *
 * @packageDocumentation
 */

import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { medianOf } from '../src/averaging/medians.ts'
import type { Benchmark, Measurements } from './benchmark.ts'
import { bytes } from './bytes.ts'
import { company } from './company.ts'
import { defaults } from './defaults.ts'
import { exchange } from './exchange.ts'
import { gradients } from './gradients.ts'
import { learning } from './learning.ts'
import { overhead } from './overhead.ts'
import { responsiveness } from './responsiveness.ts'
import { simulator } from './simulator.ts'
import { start } from './start.ts'
import { training } from './training.ts'

const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map([
  ['responsiveness', responsiveness],
  ['training', training],
  ['gradients', gradients],
  ['learning', learning],
  ['simulator', simulator],
  ['exchange', exchange],
  ['bytes', bytes],
  ['overhead', overhead],
  ['defaults', defaults],
  ['company', company],
  ['start', start],
])

/** The median of every key, and its smallest and largest value beside it. */
function summarise(measurements: Measurements) {
  const entries = Object.entries(measurements)
  return {
    values: Object.fromEntries(entries.map(([key, values]) => [key, medianOf(values)])),
    spread: Object.fromEntries(entries.map(([key, values]) => [key, [Math.min(...values), Math.max(...values)]])),
  }
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } })
  const [name = ''] = positionals
  const benchmark = BENCHMARKS.get(name)
  if (benchmark === undefined) {
    console.error(`bench: which one? ${[...BENCHMARKS.keys()].join(', ')}`)
    return 2
  }
  const measured = await benchmark(line => console.error(line))
  const ratios = summarise(measured.ratios)
  const figures = summarise(measured.figures)
  const result = {
    name,
    date: new Date().toISOString().slice(0, 10),
    ratios: ratios.values,
    figures: { ...figures.values, ...(measured.table && { table: measured.table }) },
    spread: { ...ratios.spread, ...figures.spread },
    machine: {
      node: process.version,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
    },
  }
  const folder = join(import.meta.dirname, 'results')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`)
  if (values.json === true) console.log(JSON.stringify(result))
  else {
    if (measured.table !== undefined) console.table(measured.table)
    console.table(Object.entries({ ...ratios.values, ...figures.values }).map(([key, value]) => ({ key, value })))
  }
  return 0
}

process.exitCode = await main()
