/**
 * A property that an algorithm must have by its definition, and a mistake that the check would catch. The suite asserts
 * every check, and `npm run conformance` prints them as a table.
 */
export interface Check {
  /** The line of the catalogue that it belongs to, as `A1.3`; `B` and `C` likewise. */
  readonly line: string
  /** A sentence: what must hold. */
  readonly property: string
  /** The expected result of {@link measure}, as it is shown: `0.949253`, `< 1e-12`. */
  readonly expected: string
  measure(): number | Promise<number>
  holds(measured: number): boolean
  /** The same with something broken on purpose: then it must not hold. */
  readonly control: {
    /** The mistake, in words. */
    readonly broken: string
    /**
     * Whether numbers grow beyond all bounds then, so that ∞ or NaN is what there is to measure. Of any other control NaN
     * says only that it could not be measured, and catches nothing.
     */
    readonly diverges?: boolean
    measure(): number | Promise<number>
  }
}

/** Whether what the control measured shows the mistake. */
export function catches(check: Check, measured: number): boolean {
  if (Number.isNaN(measured)) return check.control.diverges === true
  return !check.holds(measured)
}

/** For a figure that is known. @param tolerance absolute */
export function near(expected: number, tolerance: number): Pick<Check, 'expected' | 'holds'> {
  return { expected: `${expected} ± ${tolerance}`, holds: measured => Math.abs(measured - expected) <= tolerance }
}

/** For a deviation that must vanish. */
export function below(limit: number): Pick<Check, 'expected' | 'holds'> {
  return { expected: `< ${limit}`, holds: measured => measured < limit }
}
