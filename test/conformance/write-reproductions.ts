/**
 * `npm run reproduce [-- C1 C5 …]`: runs published and recomputed results again, and writes them beside ours into
 * `docs/reproduction.md`. Naming some prints those and writes nothing.
 *
 * @packageDocumentation
 */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reproduction, ReproductionResult } from './reproduction.ts'
import { reproductions } from './reproductions.ts'

const PAGE = join(import.meta.dirname, '../../docs/reproduction.md')

const INTRODUCTION = `# Reproduction

Results of others, published or recomputed independently, and what hearsay gives under the same settings. This page is written
by \`npm run reproduce\`; every figure in the last column was measured by it.
`

const wanted = process.argv.slice(2)
const unknown = wanted.find(id => !reproductions.some(one => one.id === id))
if (unknown !== undefined) {
  console.error(`reproduce: no ${unknown}; there are ${reproductions.map(({ id }) => id).join(', ')}`)
  process.exit(2)
}

const chosen = reproductions.filter(({ id }) => wanted.length === 0 || wanted.includes(id))
const sections: string[] = []
for (const reproduction of chosen) {
  const began = performance.now()
  console.error(`${reproduction.id}: ${reproduction.title} …`)
  const result = await reproduction.run(line => console.error(`  ${line}`))
  console.error(`  ${((performance.now() - began) / 1_000).toFixed(1)} s`)
  sections.push(sectionOf(reproduction, result))
}
if (wanted.length > 0) console.log(sections.join('\n'))
else await writeFile(PAGE, [INTRODUCTION, ...sections].join('\n'))

function sectionOf({ id, title, setting }: Reproduction, { rows, remarks }: ReproductionResult): string {
  return [
    `## ${id}. ${title}`,
    '',
    setting,
    '',
    '| | expected | hearsay |',
    '| --- | --- | --- |',
    ...rows.map(({ what, expected, measured }) => `| ${what} | ${expected} | ${measured} |`),
    '',
    ...remarks.flatMap(remark => [remark, '']),
  ].join('\n')
}
