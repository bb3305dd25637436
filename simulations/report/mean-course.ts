/**
 * The course of a quantity over several seeds. Pure mathematics.
 *
 * @packageDocumentation
 */

/** One moment of one run: null where the quantity was not measured. */
export interface Measured {
  readonly round: number
  /** Where it stands on the axis: the round itself, or what was spent until then. */
  readonly x: number
  readonly y: number | null
}

/** One moment of several runs. */
export interface MeanPoint {
  readonly round: number
  /** Mean of the runs' own. */
  readonly x: number
  readonly mean: number
  readonly least: number
  readonly greatest: number
  /** Of how many runs this is the mean. */
  readonly seeds: number
}

/**
 * The mean of several runs, and the range in which they lie, at each round r:
 *
 *     A(r) = { runs whose last measured round is ≥ r },  n(r) = |A(r)|
 *     mean(r) = (1/n) Σ_{i ∈ A} y_i(r),  least(r) = min y_i(r),  greatest(r) = max y_i(r)
 *
 * A run that ended early counts for as long as it lasted, so n never grows. Rounds that not all of A measured are left out: a mean of other
 * runs than those of its neighbours would be a jump that no run made.
 *
 * @param runs each in the order of its rounds
 */
export function meanCourse(runs: readonly (readonly Measured[])[]): MeanPoint[] {
  const measured = runs.map(run => new Map(run.filter(isMeasured).map(one => [one.round, one])))
  const rounds = [...new Set(measured.flatMap(run => [...run.keys()]))].sort((a, b) => a - b)
  const ends = measured.map(run => [...run.keys()].at(-1) ?? Number.NEGATIVE_INFINITY)
  return rounds.flatMap(round => {
    const going = measured.filter((_, i) => ends[i] >= round)
    const here = going.flatMap(run => run.get(round) ?? [])
    if (here.length < going.length) return []
    const values = here.map(({ y }) => y).sort((a, b) => a - b)
    const [least] = values
    return [
      {
        round,
        x: mean(here.map(({ x }) => x).sort((a, b) => a - b)),
        mean: mean(values),
        least,
        greatest: values[values.length - 1],
        seeds: here.length,
      },
    ]
  })
}

/** @param sorted so that the order of the runs decides nothing; from the least on, so that equal values are their own mean */
function mean(sorted: readonly number[]): number {
  const [least] = sorted
  return least + sorted.reduce((sum, value) => sum + (value - least), 0) / sorted.length
}

function isMeasured(one: Measured): one is Measured & { readonly y: number } {
  return one.y !== null && Number.isFinite(one.y)
}
