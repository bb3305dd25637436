/**
 * `npm run accept -- SUITE [ITEM…] [--seeds N] [--first SEED] [--log]`: measures what an issue asks for, a line for each, and exits with
 * 1 where something is missing. An item is named by its number or its name; without any, all are run. A seed that is told of is looked
 * into with `--first SEED --seeds 1 --log`.
 *
 * @packageDocumentation
 */

import { parseArgs, styleText } from 'node:util'
import { seconds } from '../../peer/words.ts'
import { house } from './house/items.ts'
import { liars } from './liars/items.ts'
import { members } from './members/items.ts'
import { networks } from './networks/items.ts'
import type { Item, Row } from './row.ts'
import { see } from './see/items.ts'
import { tables } from './tables/items.ts'
import { together } from './together/items.ts'

const SUITES: ReadonlyMap<string, readonly Item[]> = new Map([
  ['together', together],
  ['house', house],
  ['tables', tables],
  ['members', members],
  ['liars', liars],
  ['networks', networks],
  ['see', see],
])

const FAILED = 1
const WRONG_USAGE = 2

function describe({ asked, measured, passed }: Row): string {
  const verdict = passed ? styleText('green', 'passed') : styleText('red', 'FAILED')
  return `  ${verdict}  ${asked}\n          ${measured}`
}

/** The items that are meant; undefined where one of the names is none. */
function choose(items: readonly Item[], names: readonly string[]): readonly (readonly [number, Item])[] | undefined {
  const numbered = items.map((item, index) => [index + 1, item] as const)
  if (names.length === 0) return numbered
  const chosen = names.map(name => numbered.find(([number, item]) => name === String(number) || name === item.name))
  return chosen.every(one => one !== undefined) ? chosen : undefined
}

/** Runs an item. An error of its own becomes a row that failed, and does not keep the others from being measured. */
async function measure(item: Item, options: Parameters<Item['run']>[0]): Promise<readonly Row[]> {
  const told: Row[] = []
  const onRow = (row: Row) => {
    told.push(row)
    console.log(describe(row))
  }
  try {
    return await item.run({ ...options, onRow })
  } catch (error) {
    onRow({ asked: `${item.about}, to the end`, measured: String((error as Error).stack ?? error), passed: false })
    return told
  }
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { seeds: { type: 'string' }, first: { type: 'string' }, log: { type: 'boolean' } },
  })
  const [suite = '', ...names] = positionals
  const items = SUITES.get(suite)
  if (items === undefined) {
    console.error(`accept: which one? ${[...SUITES.keys()].join(', ')}`)
    return WRONG_USAGE
  }
  const chosen = choose(items, names)
  const numbers = [values.seeds, values.first].map(text => (text === undefined ? undefined : Number(text)))
  if (
    chosen === undefined ||
    numbers.some(number => number !== undefined && !(Number.isInteger(number) && number >= 0))
  ) {
    console.error(
      `accept: items are ${items.map(({ name }, i) => `${i + 1} ${name}`).join(', ')}; --seeds and --first are whole numbers`,
    )
    return WRONG_USAGE
  }

  const rows: Row[] = []
  const [seeds, first] = numbers
  for (const [number, item] of chosen) {
    console.log(styleText('bold', `\n${number}. ${item.about} (${item.name})`))
    const began = performance.now()
    const log = values.log === true ? console.log : undefined
    rows.push(...(await measure(item, { seeds: seeds ?? item.seeds, first, log })))
    console.log(styleText('dim', `  took ${seconds((performance.now() - began) / 1_000)}`))
  }
  const passed = rows.filter(row => row.passed).length
  console.log(`\n${passed} passed, ${rows.length - passed} failed`)
  return passed === rows.length ? 0 : FAILED
}

process.exitCode = await main()
