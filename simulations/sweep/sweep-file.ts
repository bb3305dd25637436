import { z } from 'zod'
import { UsageError } from '../../src/errors.ts'
import type { SweepPoint } from './point.ts'

const value = z.union([z.string(), z.number(), z.boolean()], 'expected a text, a number, true or false')

/** More are a mistake in a grid: nobody reads a comparison of so many. */
const MOST_POINTS = 10_000

/**
 * Reads a sweep: `base` has the flags that all runs share, `grid` the values of those that differ, of which all combinations
 * are run; the last flag changes the fastest.
 *
 * @param content as parsed from JSON
 * @param accepted names of flags, without their dashes
 * @param name of the file, for messages
 * @throws UsageError naming the first thing that is wrong and what is accepted
 */
export function parseSweep(content: unknown, accepted: readonly string[], name: string): SweepPoint[] {
  const values = (one: z.ZodType, expected: string) =>
    z.strictObject(Object.fromEntries(accepted.map(flag => [flag, one.optional()])), expected)
  const schema = z.strictObject(
    {
      base: values(value, 'expected flags with their values, such as {"peers": 8}').optional(),
      grid: values(
        z.array(value, 'expected a list of values').min(1, 'expected at least one value'),
        'expected flags with lists of their values, such as {"seed": [1, 2]}',
      ),
    },
    'expected a sweep, such as {"base": {"peers": 8}, "grid": {"seed": [1, 2]}}',
  )
  const { error } = schema.safeParse(content)
  if (error !== undefined) throw new UsageError(`${name}: ${complaint(error.issues, accepted)}`)
  // The flags as written, since their order is that of the runs, and the schema has another.
  const { base = {}, grid } = content as { base?: Flags; grid: Readonly<Record<string, readonly Value[]>> }
  const twice = Object.keys(grid).find(flag => flag in base)
  if (twice !== undefined) throw new UsageError(`${name}: ${twice} is in base and in grid; give it once`)
  // Before they are made, which for a few flags of many values no memory would hold.
  const count = Object.values(grid).reduce((product, { length }) => product * length, 1)
  if (count > MOST_POINTS) throw new UsageError(`${name}: that is ${count} runs; expected at most ${MOST_POINTS}`)
  return combinations(grid).map(flags => ({ name: nameOf(flags), flags: { ...base, ...flags } }))
}

type Value = z.infer<typeof value>
type Flags = Readonly<Record<string, Value>>

function complaint(issues: readonly z.core.$ZodIssue[], accepted: readonly string[]): string {
  // Whatever else is wrong, what is not known is the mistake.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  const where = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') return `${where === '' ? '' : `${where}: `}${issue.message}`
  const known = where === '' ? 'base and grid' : accepted.join(', ')
  return `unknown ${issue.keys.map(key => `"${key}"`).join(', ')}${where === '' ? '' : ` in ${where}`}; accepted are ${known}`
}

function combinations(grid: Readonly<Record<string, readonly Value[]>>): Flags[] {
  return Object.entries(grid).reduce<Flags[]>(
    (found, [flag, values]) => found.flatMap(one => values.map(value => ({ ...one, [flag]: value }))),
    [{}],
  )
}

function nameOf(flags: Flags): string {
  const differing = Object.entries(flags).map(([flag, value]) => `${flag}=${value}`)
  return differing.length === 0 ? 'base' : differing.join(' ')
}
