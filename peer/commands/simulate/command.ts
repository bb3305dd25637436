import type { Command } from 'commander'
import { allowModuleOption } from '../../allow-module.ts'
import { dashboardOption } from '../../dashboard/option.ts'
import { defineCommand, type SetExitCode } from '../../define-command.ts'
import { figure, file, fileOrFolder, wholeNumber } from '../../flag-values.ts'
import { helpOnSimulationValues, type RuleNames } from '../../names.ts'
import { MOST_PEERS, requirePeers } from '../../require-peers.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { SimulateFlags } from './flags.ts'
import { runOptions } from './options.ts'

const HELP = `
Tasks: classify trains a model on --data, language one of characters on
--data text:FILE; consensus only averages vectors of --dimension D drawn
from the seed; quadratic and mean-estimation have a known answer.

Engines: virtual runs the code of real peers on a virtual network and clock;
matrix runs synchronous rounds over stacked parameters: every rule, topology,
aggregator, compression and attack, and many peers; libp2p runs real peers.
With virtual and matrix, one seed gives one result, to the bit. All peers are
of this machine: none needs an invitation or a key, whatever the recipe says.

Distributions of --delay: normal:MEAN,SD, lognormal:MEDIAN,SIGMA,
exponential:MEAN.

Examples:
  hearsay simulate --peers 16 --topology ring --partition dirichlet:0.1
  hearsay simulate --peers 100 --task consensus --dimension 1000 --rounds 50
  hearsay simulate --peers 8 --loss 0.05 --delay 5-50 --seed 7 --out a.json
  hearsay simulate --engine matrix --peers 1000 --rule d2 --topology torus \\
    --model linear --rounds 100 --report a.html
  hearsay simulate --engine matrix --peers 16 --rule d2 --topology ring \\
    --model linear --rounds 100 --seeds 5 --figure a.svg --trajectories a.csv
  hearsay simulate --sweep grid.json --out results/
  hearsay simulate --scenario heterogeneity

Exit codes: 0 done, 1 failed or diverged, 2 wrong usage, 3 the peers were to
agree and did not, or without the data of some, 130 interrupted.

docs/simulating.md tells more.`

/** More are a mistake: nobody waits for them. */
const MOST_SEEDS = 10_000

export function addSimulate(program: Command, setExitCode: SetExitCode, rules: RuleNames | undefined): void {
  const command = defineCommand(program, 'simulate', 'the same without a network, replayable').argument(
    '[RECIPE]',
    'JSON file of the swarm (default: a small classifier of the data)',
  )
  for (const option of runOptions()) command.addOption(option)
  command
    .addOption(allowModuleOption())
    .option(
      '--out <FILE.json>',
      'write the result; with --seeds, --sweep and --scenario a folder, for all of them',
      fileOrFolder,
    )
    .option('--csv <FILE.csv>', 'write the rounds, a row each; of many runs the runs', file)
    .option('--trajectories <FILE.csv>', 'write the rounds of all runs, with their flags and seeds as columns', file)
    .option('--report <FILE.html>', 'write one page with plots', file)
    .option(
      '--figure <[QUANTITY:]FILE.svg>',
      'write one plot for a paper, of a column of the rounds such as consensusDistance (default: what is learned); may be repeated',
      figure,
    )
    .option(
      '--seeds <N>',
      'run it N times, with the seeds from --seed on: plots show their mean and range',
      wholeNumber(1, MOST_SEEDS),
    )
    .option('--sweep <FILE>', 'run all combinations of a grid, or what is left of them', file)
    .option('--scenario <NAME>', 'run one of the experiments that come with hearsay, and judge it')
    .addOption(dashboardOption())
    .addHelpText('after', () => `${helpOnSimulationValues(rules)}\n${HELP}`)
    .action(async (recipe: string | undefined, flags: SimulateFlags) => {
      const typed = ['hearsay', ...process.argv.slice(2)]
      if (flags.sweep === undefined && flags.scenario === undefined) requirePeers(flags, MOST_PEERS)
      else requireNothingElse(command, recipe, flags.sweep === undefined ? '--scenario' : '--sweep')
      const { runSimulation } = await import('./run.ts')
      setExitCode(await runSimulation(recipe, flags, typed))
    })
}

/** The flags that may stand beside one that says by itself what is run. */
const BESIDE = ['sweep', 'scenario', 'out', 'csv', 'trajectories', 'report', 'figure', 'json', 'quiet', 'allowModule']

/** @throws WrongUsage for a flag that would be ignored, because many runs have flags of their own */
function requireNothingElse(command: Command, recipe: string | undefined, which: '--sweep' | '--scenario'): void {
  if (recipe !== undefined) throw new WrongUsage(`${which} says what is run; a recipe is not read beside it`)
  const given = command.options.filter(option => command.getOptionValueSource(option.attributeName()) === 'cli')
  const other = given.find(option => !BESIDE.includes(option.attributeName()))
  if (other !== undefined) throw new WrongUsage(`${other.long} cannot be given with ${which}, which says what is run`)
  if (given.some(({ long }) => long === '--sweep') && given.some(({ long }) => long === '--scenario')) {
    throw new WrongUsage('--sweep and --scenario are two ways to say what is run; give one')
  }
}
