/**
 * Experiments that come with hearsay: runs, and what each is expected to end with.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { UsageError } from '../src/errors.ts'
import byzantine20 from './scenarios/byzantine-20.json' with { type: 'json' }
import churn30 from './scenarios/churn-30.json' with { type: 'json' }
import fedavg from './scenarios/fedavg.json' with { type: 'json' }
import heterogeneity from './scenarios/heterogeneity.json' with { type: 'json' }
import lowBandwidth from './scenarios/low-bandwidth.json' with { type: 'json' }
import outerOptimisers from './scenarios/outer-optimisers.json' with { type: 'json' }
import { FIGURES, type FigureName } from './sweep/figures.ts'
import type { SweepOutcome } from './sweep/outcome.ts'
import type { SweepPoint } from './sweep/point.ts'

/** A new scenario is one file in scenarios/ and one entry here. */
const files: Readonly<Record<string, unknown>> = {
  'byzantine-20': byzantine20,
  'churn-30': churn30,
  fedavg,
  heterogeneity,
  'low-bandwidth': lowBandwidth,
  'outer-optimisers': outerOptimisers,
}

/** The names of all scenarios. */
export const scenarioNames: readonly string[] = Object.keys(files)

const flags = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
const range = z.tuple([z.number(), z.number()])
const figureNames = Object.keys(FIGURES) as [FigureName, ...FigureName[]]

const schema = z.strictObject({
  title: z.string(),
  /** The point of the scenario, in sentences. */
  shows: z.string(),
  /** Flags of all runs. */
  base: flags,
  runs: z.array(
    z.strictObject({
      name: z.string(),
      flags,
      /** Ranges in which the last figures should lie. */
      expect: z.partialRecord(z.enum(figureNames), range),
    }),
  ),
})

/** An experiment: its runs, and what each is expected to end with. */
export interface Scenario {
  readonly name: string
  readonly title: string
  readonly shows: string
  readonly points: readonly SweepPoint[]
  readonly expectations: readonly Expectation[]
}

/** The range in which a figure of a run should lie, both ends included. */
export interface Expectation {
  /** The name of a run. */
  readonly run: string
  readonly figure: FigureName
  readonly least: number
  readonly most: number
}

/** @throws UsageError for an unknown name */
export function findScenario(name: string): Scenario {
  if (!Object.hasOwn(files, name)) {
    throw new UsageError(`unknown scenario "${name}"; accepted are ${scenarioNames.join(', ')}`)
  }
  const { title, shows, base, runs } = schema.parse(files[name])
  return {
    name,
    title,
    shows,
    points: runs.map(({ name, flags }) => ({ name, flags: { ...base, ...flags } })),
    expectations: runs.flatMap(({ name, expect }) =>
      (Object.entries(expect) as [FigureName, [number, number]][]).map(([figure, [least, most]]) => ({
        run: name,
        figure,
        least,
        most,
      })),
    ),
  }
}

/** Whether what was expected came. */
export interface Verdict extends Expectation {
  /** Null where it was not measured, or the run did not finish. */
  readonly found: number | null
  readonly holds: boolean
}

/** Holds what came out against what was expected. */
export function judge({ expectations }: Scenario, outcomes: readonly SweepOutcome[]): Verdict[] {
  return expectations.map(expectation => {
    const outcome = outcomes.find(({ name }) => name === expectation.run)
    const finished = outcome?.status === 'finished'
    const found = finished ? FIGURES[expectation.figure](outcome.result) : null
    return { ...expectation, found, holds: found !== null && found >= expectation.least && found <= expectation.most }
  })
}
