/** A flag of `simulate` without its dashes, and what follows it; true for a flag that takes nothing. */
export type PointFlags = Readonly<Record<string, string | number | boolean>>

/** One run of a sweep. */
export interface SweepPoint {
  /** The flags that tell it from the others, for people: `topology=ring seed=2`. */
  readonly name: string
  readonly flags: PointFlags
}

/** The arguments of a point, as they are typed after `hearsay simulate`. */
export function argumentsOf(flags: PointFlags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    if (value === false) return []
    if (value === true) return [`--${name}`]
    const text = String(value)
    // In one word where it would be taken for a flag.
    return text.startsWith('-') ? [`--${name}=${text}`] : [`--${name}`, text]
  })
}
