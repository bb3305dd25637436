/**
 * Two beekeepers' tables, with invented hives, and one of hives of which nobody knows the end yet. See README.md.
 *
 *     node examples/hives/main.ts [FOLDER]
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../../src/public/algorithms.ts'

interface Hive {
  readonly name: string
  readonly seen: Date
  /** Combs that bees sit on. */
  readonly combs: number
  /** Mites on a hundred bees; undefined where nobody counted. */
  readonly mites: number | undefined
  readonly breed: string
  readonly fed: boolean
  readonly winter: 'survived' | 'lost'
}

const BREEDS = ['buckfast', 'carnica', 'ligustica'] as const
const DAY_MS = 86_400_000

interface Place {
  readonly name: string
  readonly hives: number
  /** On average. */
  readonly combs: number
  /** The middle. */
  readonly mites: number
}

/** Hives in autumn, and how they came out of the winter: mostly by the bees that they had, and the mites. */
function hivesOf({ name: place, hives, combs: usual, mites: middle }: Place): Hive[] {
  const random = createRandom(`hives/${place}`)
  return Array.from({ length: hives }, (_, index) => {
    const combs = Math.min(12, Math.max(2, usual + 1.5 * random.normal()))
    const mites = middle * Math.exp(0.4 * random.normal())
    const breed = BREEDS[random.integer(BREEDS.length)]
    const fed = random.uniform() < 0.6
    const cold = Math.max(0, 6 - combs)
    const ill = Math.max(0, mites - 3)
    const vigour = 1 - cold - 0.6 * ill + (breed === 'carnica' ? 0.4 : 0) + (fed ? 0.4 : 0)
    return {
      name: `${place[0].toUpperCase()}${1_001 + index}`,
      seen: new Date(Date.UTC(2025, 8, 1) + random.integer(40) * DAY_MS),
      combs,
      mites: random.uniform() < 0.06 ? undefined : mites,
      breed,
      fed,
      winter: vigour + 0.3 * random.normal() > 0 ? 'survived' : 'lost',
    }
  })
}

const day = (date: Date) => date.toISOString().slice(0, 10)
const germanDay = (date: Date) => day(date).split('-').reverse().join('.')
const germanNumber = (number: number) => number.toFixed(1).replace('.', ',')

/** As a spreadsheet in Germany writes it. */
function north(): string {
  const rows = hivesOf({ name: 'north', hives: 400, combs: 5, mites: 1 }).map(
    ({ name, seen, combs, mites, breed, fed, winter }) =>
      [
        name,
        germanDay(seen),
        germanNumber(combs),
        mites === undefined ? '' : germanNumber(mites),
        breed,
        fed ? 'yes' : 'no',
        winter,
      ].join(';'),
  )
  return ['hive;seen;combs;mites;breed;fed;winter', ...rows, ''].join('\n')
}

/** As a program elsewhere does, with the columns in another order. */
function south(): string {
  const rows = hivesOf({ name: 'south', hives: 300, combs: 9, mites: 5 }).map(
    ({ seen, combs, mites, breed, fed, winter }) =>
      [breed, combs.toFixed(2), fed ? 'True' : 'False', mites?.toFixed(2) ?? 'NA', day(seen), winter].join(','),
  )
  return ['breed,combs,fed,mites,seen,winter', ...rows, ''].join('\n')
}

function unknown(): string {
  const rows = hivesOf({ name: 'new', hives: 50, combs: 7, mites: 3 }).map(({ name, seen, combs, mites, breed, fed }) =>
    [name, day(seen), combs.toFixed(1), mites?.toFixed(1) ?? '', breed, fed ? 'yes' : 'no'].join(','),
  )
  return ['hive,seen,combs,mites,breed,fed', ...rows, ''].join('\n')
}

const folder = process.argv[2] ?? '.'
mkdirSync(folder, { recursive: true })
for (const [file, table] of Object.entries({ 'north.csv': north(), 'south.csv': south(), 'new.csv': unknown() })) {
  writeFileSync(join(folder, file), table)
  console.log(`${join(folder, file)}: ${table.split('\n').length - 2} hives`)
}
