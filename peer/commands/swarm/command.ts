import { type Command, Option } from 'commander'
import { allowModuleOption } from '../../allow-module.ts'
import { dashboardOption } from '../../dashboard/option.ts'
import { defineCommand, type SetExitCode } from '../../define-command.ts'
import {
  BACKEND_HELP,
  collect,
  file,
  fileOrFolder,
  folder,
  gpus,
  positive,
  seed,
  source,
  wholeNumber,
} from '../../flag-values.ts'
import { helpOnRecipeValues, PARTITION_VALUES, type RuleNames } from '../../names.ts'
import { learningTaskOption, recipeOptions } from '../../recipe-flags.ts'
import { MOST_REAL_PEERS, requirePeers } from '../../require-peers.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import { ownData, type SwarmFlags } from './flags.ts'

const HELP = `
Examples:
  hearsay swarm --peers 5
  hearsay swarm --peers 8 --topology ring --partition iid --out result.json
  hearsay swarm recipe.json --peers 3 --data csv:flowers.csv
  hearsay swarm --data csv:north.csv --data csv:south.csv

Flags override the fields of RECIPE. Where it is of invited members, or of
those with a key, neither founder nor invitation nor key is needed: the peers
of this swarm let in one another, and nobody else.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the peers did not agree, or the
data of some are not in the model, 130 interrupted.`

export function addSwarm(program: Command, setExitCode: SetExitCode, rules: RuleNames | undefined): void {
  const command = defineCommand(program, 'swarm', 'run N real peers on this machine and compare')
    .argument('[RECIPE]', 'JSON file of the swarm (default: a small classifier of the data)')
    .option('--peers <N>', 'how many peers; required, unless each has its own --data', wholeNumber(1, MOST_REAL_PEERS))
    .option('--data <SOURCE>', 'what is dealt to the peers; once for each peer: its own (default: "digits")', sources)
    .option('--strict', 'refuse data of which something would be skipped')
    .option('--from <FILE>', 'weights that all begin from: safetensors, or a folder of TensorFlow.js', fileOrFolder)
    .option('--partition <P>', 'how it is dealt (default: "dirichlet:0.5", of text and values "iid")')
    .addOption(learningTaskOption())
  for (const option of recipeOptions()) command.addOption(option)
  command
    .option('--seed <S>', 'of data, partition and initial parameters (default: 1)', seed)
    .addOption(
      new Option('--until-consensus <D>', 'the same as --consensus-distance')
        .argParser(positive)
        .conflicts('consensusDistance'),
    )
    .option('--listen <MULTIADDR>', 'where the peers listen; may be repeated (default: any port of loopback)', collect)
    .option('--connect <MULTIADDR>', 'a peer outside of this swarm; may be repeated', collect)
    .option('--bandwidth <MBPS>', 'what may go through the sockets of each peer each way, in Mbit/s', positive)
    .option('--mdns', 'find peers on the local network too')
    .addOption(new Option('--no-mdns', 'the default').hideHelp())
    .option('--state <DIR>', 'keep the peers there, a folder each, and resume from them', folder)
    .addOption(allowModuleOption())
    .option('--backend <NAME>', BACKEND_HELP, 'auto')
    .option('--gpus <all|N,N…>', "the backend's GPUs over which the peers are spread", gpus)
    .addOption(new Option('--gpu <N>', 'the same as --gpus N').argParser(wholeNumber(0)).conflicts('gpus'))
    .option(
      '--threads <N>',
      'threads with which each peer trains, at most (default: cores are shared out)',
      wholeNumber(1),
    )
    .option('--save <FILE>', 'write the final parameters, as safetensors', file)
    .option('--out <FILE.json>', 'write the result', file)
    .option('--report <FILE.html>', 'write one page with plots', file)
    .option('--verbose', 'a line for every round and exchange, and nothing that is redrawn')
    .addOption(dashboardOption())
    .addOption(new Option('--shard <I/N>').argParser(refuseShard).hideHelp())
    .addHelpText('after', () => `${helpOnRecipeValues(rules, [PARTITION_VALUES])}\n${HELP}`)
    .action(async (recipe: string | undefined, flags: SwarmFlags) => {
      requirePeers({ peers: flags.peers ?? ownData(flags) }, MOST_REAL_PEERS)
      const { runSwarmCommand } = await import('./run.ts')
      setExitCode(await runSwarmCommand(recipe, flags))
    })
}

/** Collects what is given again and again. */
function sources(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, source(text)]
}

function refuseShard(): never {
  throw new WrongUsage('--shard is for hearsay peer: a swarm deals the data itself, see --partition')
}
