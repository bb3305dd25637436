/**
 * Three hospitals' tables, with invented patients: each as another clerk would keep it.
 *
 * @packageDocumentation
 */

import { createRandom } from '../../src/public/algorithms.ts'

interface Patient {
  readonly id: string
  readonly age: number
  readonly pressure: number | undefined
  readonly ward: string
  readonly smoker: boolean
  readonly admitted: Date
  readonly outcome: 'home' | 'rehab' | 'intensive'
}

const DAY_MS = 86_400_000
const FIRST_DAY = Date.UTC(2024, 0, 1)

/** What a doctor would guess, most of the time: by age, blood pressure and ward. */
function outcomeOf(age: number, pressure: number, ward: string, smoker: boolean, noise: number): Patient['outcome'] {
  const risk = (age - 60) / 12 + (pressure - 140) / 15 + (ward === 'cardiology' ? 1 : 0) + (smoker ? 0.7 : 0) + noise
  if (risk > 1.5) return 'intensive'
  return risk > -0.5 ? 'rehab' : 'home'
}

interface Site {
  readonly seed: string
  readonly rows: number
  readonly wards: readonly string[]
  /** Outcomes that this site never has. */
  readonly without?: Patient['outcome']
  /** The share of blood pressures that nobody wrote down. */
  readonly missing?: number
}

function patientsOf({ seed, rows, wards, without, missing = 0 }: Site): Patient[] {
  const random = createRandom(`three-hospitals/${seed}`)
  const patients: Patient[] = []
  while (patients.length < rows) {
    const age = Math.round(Math.min(99, Math.max(18, 62 + 15 * random.normal())))
    const pressure = Math.round(140 + 18 * random.normal())
    const ward = wards[random.integer(wards.length)]
    const smoker = random.uniform() < 0.3
    const outcome = outcomeOf(age, pressure, ward, smoker, 0.4 * random.normal())
    const isMissing = random.uniform() < missing
    const admitted = new Date(FIRST_DAY + random.integer(700) * DAY_MS)
    if (outcome === without) continue
    const id = `${seed[0].toUpperCase()}${String(100_000 + patients.length)}`
    patients.push({ id, age, pressure: isMissing ? undefined : pressure, ward, smoker, admitted, outcome })
  }
  return patients
}

const isoDay = (date: Date) => date.toISOString().slice(0, 10)
const germanDay = (date: Date) => isoDay(date).split('-').reverse().join('.')

/** North: commas, everything there. */
function north(): string {
  const rows = patientsOf({ seed: 'north', rows: 400, wards: ['cardiology', 'surgery', 'geriatrics'] })
  return table(
    ['patient id', 'age', 'pressure', 'ward', 'smoker', 'admitted', 'outcome'],
    rows.map(one => [
      one.id,
      one.age,
      one.pressure,
      one.ward,
      one.smoker ? 'yes' : 'no',
      isoDay(one.admitted),
      one.outcome,
    ]),
  )
}

/** South: other columns first, and nobody who went to intensive care. */
function south(): string {
  const rows = patientsOf({ seed: 'south', rows: 300, wards: ['surgery', 'geriatrics'], without: 'intensive' })
  return table(
    ['outcome', 'ward', 'age', 'smoker', 'pressure', 'admitted'],
    rows.map(one => [
      one.outcome,
      one.ward,
      one.age,
      one.smoker ? 'True' : 'False',
      one.pressure,
      isoDay(one.admitted),
    ]),
  )
}

/** West: semicolons and days as in Germany, a ward of its own, and blood pressures that nobody wrote down. */
function west(): string {
  const wards = ['cardiology', 'geriatrics', 'dialysis']
  const rows = patientsOf({ seed: 'west', rows: 350, wards, missing: 0.1 })
  return table(
    ['age', 'pressure', 'ward', 'smoker', 'admitted', 'outcome'],
    rows.map(one => [
      `${one.age},0`,
      one.pressure ?? 'NA',
      one.ward,
      one.smoker ? 'y' : 'n',
      germanDay(one.admitted),
      one.outcome,
    ]),
    ';',
  )
}

/** Patients of whom nobody knows the outcome yet; `known` has what it will be. */
function newcomers(): { readonly table: string; readonly known: readonly string[] } {
  const rows = patientsOf({
    seed: 'new',
    rows: 200,
    wards: ['cardiology', 'surgery', 'geriatrics', 'dialysis'],
    missing: 0.05,
  })
  return {
    table: table(
      ['patient id', 'age', 'pressure', 'ward', 'smoker', 'admitted'],
      rows.map(one => [one.id, one.age, one.pressure, one.ward, one.smoker ? 'yes' : 'no', isoDay(one.admitted)]),
    ),
    known: rows.map(({ outcome }) => outcome),
  }
}

function table(
  names: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
  separator = ',',
): string {
  return `${[names, ...rows].map(row => row.map(cell => cell ?? '').join(separator)).join('\n')}\n`
}

export const hospitals = { 'north.csv': north, 'south.csv': south, 'west.csv': west }
export { newcomers }
