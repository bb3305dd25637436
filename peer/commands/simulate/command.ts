import { type Command, Option } from 'commander'
import { defineCommand, type SetExitCode } from '../../define-command.ts'
import { BACKEND_HELP, belowOne, delay, file, seed, source, wholeNumber } from '../../flag-values.ts'
import { helpOnRecipeValues, type Names, PARTITIONS } from '../../names.ts'
import { recipeOptions } from '../../recipe-flags.ts'
import { MOST_VIRTUAL_PEERS, requirePeers, WHY_NO_MORE_VIRTUAL_PEERS } from '../../require-peers.ts'
import type { SimulateFlags } from './flags.ts'

const HELP = `
Tasks: classify trains a model on --data, language one of characters on
--data text:FILE; consensus only averages vectors of --dimension D drawn
from the seed.

Examples:
  hearsay simulate --peers 16 --topology ring --partition dirichlet:0.1
  hearsay simulate --peers 100 --task consensus --dimension 1000 --rounds 50
  hearsay simulate --peers 8 --loss 0.05 --delay 5-50 --seed 7 --out a.json

The virtual engine runs the code of real peers on a virtual network and clock:
one seed, one result, to the bit.`

export function addSimulate(program: Command, setExitCode: SetExitCode, names: Names | undefined): void {
  const command = defineCommand(program, 'simulate', 'the same on a virtual network, replayable')
    .argument('[RECIPE]', 'JSON file of the swarm (default: a small classifier of the data)')
    .option('--peers <N>', 'how many peers; required', wholeNumber(1, MOST_VIRTUAL_PEERS, WHY_NO_MORE_VIRTUAL_PEERS))
    .option(
      '--rounds <R>',
      'how long: so many times --steps-per-exchange, or for consensus so many rounds of averaging',
      wholeNumber(1),
    )
    .addOption(new Option('--engine <NAME>', 'what carries messages').choices(['virtual', 'libp2p']).default('virtual'))
    .addOption(
      new Option('--task <TASK>', 'what the swarm does (default: by the data)').choices([
        'classify',
        'language',
        'consensus',
      ]),
    )
    .option('--dimension <D>', 'length of the vectors, for the task consensus (default: 1000)', wholeNumber(1))
    .addOption(
      new Option('--init <HOW>', 'how they are drawn: N(0, 1), or far apart (default: "normal")').choices([
        'normal',
        'spread',
      ]),
    )
    .option('--data <SOURCE>', 'what is dealt to the peers (default: "digits")', source)
    .option('--strict', 'refuse data of which something would be skipped')
    .option('--partition <P>', 'how it is dealt (default: "dirichlet:0.5", of text "iid")')
  for (const option of recipeOptions()) command.addOption(option)
  command
    .option('--seed <S>', 'of everything (default: 1)', seed)
    .option('--loss <P>', 'probability that a message is lost', belowOne)
    .option('--delay <MS|LO-HI>', 'how long a message takes, in milliseconds', delay)
    .option('--evaluate-every <K>', 'rounds between two evaluations', wholeNumber(1))
    .option('--backend <NAME>', `${BACKEND_HELP} (default: "wasm", with --engine libp2p "auto")`)
    .option('--out <FILE.json>', 'write the result', file)
    .addHelpText('after', () => `${helpOnRecipeValues(names, [PARTITIONS])}\n${HELP}`)
    .action(async (recipe: string | undefined, flags: SimulateFlags) => {
      requirePeers(flags, MOST_VIRTUAL_PEERS)
      const { runSimulation } = await import('./run.ts')
      setExitCode(await runSimulation(recipe, flags))
    })
}
