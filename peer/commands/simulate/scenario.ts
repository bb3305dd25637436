import type { Scenario, SweepOutcome, Verdict } from '../../../src/public/simulate.ts'
import { DONE, FAILED } from '../../exit-codes.ts'
import type { Output } from '../../output.ts'
import { wrap } from '../../prose.ts'
import { drawTable } from '../../table.ts'
import { bytes, counted, distance, percent } from '../../words.ts'
import { describeOutcomes } from './describe-outcomes.ts'
import type { SimulateFlags } from './flags.ts'
import { runPoints } from './run-points.ts'
import { exitCodeOf, summarised } from './sweep.ts'
import { keepingIn, requireSweepFiles, writeSweepFiles } from './sweep-files.ts'

/**
 * @param name what `--scenario` names
 * @param command what was typed
 * @returns the exit code
 */
export async function runScenario(
  name: string,
  flags: SimulateFlags,
  command: string,
  out: Output,
  signal: AbortSignal,
): Promise<number> {
  await requireSweepFiles(flags)
  const { findScenario, judge } = await import('../../../src/public/simulate.ts')
  const scenario = findScenario(name)
  const { points, title, shows } = scenario
  const kept = flags.out === undefined ? undefined : await keepingIn(flags.out)
  const outcomes = await runPoints(
    { points, title: `scenario ${name}: ${counted(points.length, 'run')}`, kept, signal },
    out,
  )
  const verdicts = judge(scenario, outcomes)

  out.jsonDocument({ scenario: name, title, shows, runs: outcomes.map(summarised), verdicts })
  out.show(describeScenario(scenario, outcomes, verdicts))
  await writeSweepFiles(outcomes, flags, { title, lead: [shows, sentence(verdicts)], command }, out)
  const code = exitCodeOf(outcomes)
  return code === DONE && !verdicts.every(({ holds }) => holds) ? FAILED : code
}

function describeScenario(
  { title, shows }: Scenario,
  outcomes: readonly SweepOutcome[],
  verdicts: readonly Verdict[],
): string {
  const rows = verdicts.map(({ run, figure, least, most, found, holds }) => [
    run,
    figure,
    `${written(figure, least)} to ${written(figure, most)}`,
    written(figure, found),
    holds ? 'as expected' : 'not so',
  ])
  const table = drawTable(
    [
      { title: 'run', align: 'left' },
      { title: 'figure', align: 'left' },
      { title: 'expected', align: 'right' },
      { title: 'found', align: 'right' },
      { title: '', align: 'left' },
    ],
    rows,
    process.stdout,
  )
  return [
    '',
    `  ${title}`,
    '',
    wrap(shows, '  '),
    describeOutcomes(outcomes),
    table,
    '',
    `  ${sentence(verdicts)}`,
    '',
  ].join('\n')
}

function written(figure: string, value: number | null): string {
  if (value === null) return '–'
  if (figure.includes('Accuracy')) return percent(value)
  return figure === 'bytesSent' ? bytes(value) : distance(value)
}

function sentence(verdicts: readonly Verdict[]): string {
  const broken = verdicts.filter(({ holds }) => !holds).length
  return broken === 0
    ? `All ${counted(verdicts.length, 'expectation')} hold.`
    : `${broken} of ${counted(verdicts.length, 'expectation')} ${broken === 1 ? 'does' : 'do'} not hold.`
}
