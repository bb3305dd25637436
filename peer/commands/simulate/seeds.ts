import type { Output } from '../../output.ts'
import { shellWords } from '../../shell-words.ts'
import { counted } from '../../words.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import { describeOutcomes } from './describe-outcomes.ts'
import type { SimulateFlags } from './flags.ts'
import { runPoints } from './run-points.ts'
import { exitCodeOf, summarised } from './sweep.ts'
import { keepingIn, requireSweepFiles, writeSweepFiles } from './sweep-files.ts'

const FIRST_SEED = 1

/** Flags of the whole command that are followed by a value. A single run has files of its own. */
const OF_ALL = ['--seeds', '--seed', '--out', '--csv', '--trajectories', '--report', '--figure']

/** A run that is made several times. */
export interface SeedsToRun {
  /** The recipe's, where there is one. */
  readonly file: string | undefined
  readonly flags: SimulateFlags
  readonly seeds: number
  /** The words of the command. */
  readonly typed: readonly string[]
}

/** @returns the exit code */
export async function runSeeds(
  { file, flags, seeds, typed }: SeedsToRun,
  out: Output,
  signal: AbortSignal,
): Promise<number> {
  if (flags.dashboard !== undefined)
    throw new WrongUsage('--dashboard shows one run, and --seeds makes several; give one')
  await requireSweepFiles(flags)
  const first = flags.seed ?? FIRST_SEED
  const points = Array.from({ length: seeds }, (_, i) => ({ name: `seed=${first + i}`, flags: { seed: first + i } }))
  const outcomes = await runPoints(
    {
      points,
      title: `seeds ${first} to ${first + seeds - 1}: ${counted(seeds, 'run')}`,
      kept: flags.out === undefined ? undefined : await keepingIn(flags.out),
      allowModule: flags.allowModule,
      reading: {
        read: ({ seed }) => ({ file, flags: { ...flags, seed: Number(seed) } }),
        typed: ({ seed }) => [...alone(typed.slice(1)), '--seed', String(seed)],
      },
      signal,
    },
    out,
  )

  out.jsonDocument({ seeds: points.map(({ flags }) => flags.seed), runs: outcomes.map(summarised) })
  out.show(describeOutcomes(outcomes))
  const title = `${counted(flags.peers, 'peer')}, ${counted(seeds, 'seed')}`
  await writeSweepFiles(outcomes, flags, { title, lead: [], command: shellWords(typed) }, out)
  return exitCodeOf(outcomes)
}

/** What was typed, without what is for all runs together; a run without files says what it comes to. */
function alone(words: readonly string[]): string[] {
  return words.filter(
    (word, i) =>
      word !== '--quiet' &&
      !OF_ALL.includes(word) &&
      !OF_ALL.includes(words[i - 1]) &&
      !OF_ALL.includes(word.split('=', 1)[0]),
  )
}
