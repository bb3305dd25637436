import { type Command, Option } from 'commander'
import { allowModuleOption } from '../../allow-module.ts'
import { dashboardOption } from '../../dashboard/option.ts'
import { defineCommand } from '../../define-command.ts'
import {
  BACKEND_HELP,
  collect,
  file,
  fileOrFolder,
  folder,
  notEmpty,
  positive,
  seed,
  shard,
  source,
  wholeNumber,
} from '../../flag-values.ts'
import { LOG_FORMATS } from '../../json-log.ts'
import { metricsOption } from '../../metrics/option.ts'
import { helpOnValues, PARTITION_VALUES } from '../../names.ts'
import { membershipOptions, recipeOptions } from '../../recipe-flags.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { PeerFlags } from './flags.ts'

const HELP = `
Examples:
  hearsay peer                                        find others near by
  hearsay peer --alone --save model.safetensors       do without
  hearsay peer recipe.json --data csv:mine.csv --state ./me
  hearsay peer recipe.json --connect /ip4/192.168.1.20/tcp/4001 --invite TEXT
  hearsay peer --shard 2/5 --partition dirichlet:0.5  the second of five parts
  hearsay peer recipe.json --state ./me --more 500    the next generation

Everything that the peers of a swarm must agree on is in the recipe:
see hearsay init. Nobody trains before as many peers with data are there as
it says (start.minimumPeers, by default 2).

Who may join is in the recipe too (security.membership), and said at every
start: open lets in anyone who has the recipe, invited the founder (with the
--state that hearsay init made) and those who come with an --invite, key
those who come with the key. A peer that waits prints the line to paste
elsewhere; where it may invite, the line carries an invitation, with which
whoever holds it gets in for 7 days.

Exit codes:
  0    its data are in a model that at least two agreed on; or it was to
       train --alone, or had nothing to train, or averages with nobody by
       the rule none, or Ctrl-C ended --stay after the seal
  1    failed; or too few came within --wait
  2    wrong usage
  3    ended in order without that: all others have vanished, or the swarm
       had sealed without its data
  130  interrupted, after a clean stop`

export function addPeer(program: Command): void {
  const command = defineCommand(program, 'peer', 'take part in a swarm with data of your own')
    .argument('[RECIPE]', 'JSON file of the swarm (default: a small classifier of digits)')
    .option('--data <SOURCE>', 'what this peer learns from; it never leaves it (none: only watch)', source, 'digits')
    .option('--strict', 'refuse data of which something would be skipped')
    .option(
      '--from <FILE>',
      "the recipe's initial weights, where it names some (default: fetched from others)",
      fileOrFolder,
    )
    .option('--model-file <FILE>', "this peer's copy of the file that the recipe's model is made from", file)
    .addOption(allowModuleOption())
    .option('--listen <MULTIADDR>', 'where others reach this peer; may be repeated (default: any port)', collect)
    .option(
      '--announce <MULTIADDR>',
      "an address at which others reach this peer besides, such as its router's; may be repeated",
      collect,
    )
    .option(
      '--upnp',
      'have the router open a port for this peer while it runs, and announce it (default: no router is asked)',
    )
    .option(
      '--connect <MULTIADDR>',
      'another peer of the swarm, or /dnsaddr/DOMAIN for a list of them; may be repeated',
      collect,
    )
    .option(
      '--invite <FILE|TEXT>',
      "an invitation to the recipe's swarm, or its key, or a file of either; --state keeps it",
      notEmpty('an invitation, a key, or the name of a file that holds one'),
    )
    .option('--no-mdns', 'do not look for peers on the local network')
    .option('--bandwidth <MBPS>', 'what may go through its sockets each way, in Mbit/s (default: any)', positive)
    .option('--steps <N>', "train N local steps at the least instead of the recipe's", wholeNumber(0))
    .option('--epochs <N>', 'the same as passes over its own data', positive)
    .option('--more <STEPS>', 'with --state: train so many steps more, from the model that was sealed', wholeNumber(1))
    .option('--until-consensus <D>', "agree at this relative distance, closer than the recipe's", positive)
    .option('--wait <SECONDS>', 'give up after so long without enough others (default: never)', positive)
    .option('--alone', 'train and end without others')
    .option('--stay', 'remain for those that come later, until Ctrl-C')
    .option('--state <DIR>', 'keep identity and checkpoint here, and resume from them', folder)
    .option('--backend <NAME>', BACKEND_HELP, 'auto')
    .option('--gpu <N>', "which of the backend's GPUs, counted from 0", wholeNumber(0))
    .option('--threads <N>', 'threads that train, at most (default: one for each core that is free)', wholeNumber(1))
    .option('--shard <I/N>', 'take only part I (from 1 to N) of the data, where peers split one dataset', shard)
    .option('--partition <P>', 'how the data is split, with --shard (default: iid)')
    .option('--seed <S>', "of this peer's randomness; with --shard of the split, the same for all", seed)
    .option('--save <FILE>', 'write the final parameters, as safetensors', file)
    .option('--verbose', 'a line for every round and exchange, and nothing that is redrawn')
    .addOption(dashboardOption())
    .addOption(metricsOption())
    .addOption(
      new Option('--log-format <FORMAT>', 'how lines on stderr are written').choices(LOG_FORMATS).default('text'),
    )
    .addHelpText('after', `${helpOnValues([PARTITION_VALUES])}\n${HELP}`)
  for (const option of refusedOptions(command)) command.addOption(option)
  command.action(async (recipe: string | undefined, flags: PeerFlags) => {
    const { runPeer } = await import('./run.ts')
    await runPeer(recipe, flags)
  })
}

/** Flags that override the recipe elsewhere are known here too, to say why they cannot. */
function refusedOptions(command: Command): Option[] {
  const own = new Set(command.options.map(({ long }) => long))
  return [...recipeOptions(), ...membershipOptions()]
    .filter(({ long }) => !own.has(long))
    .map(({ flags, long }) => {
      const refuse = () => {
        throw new WrongUsage(
          `${long} would change the recipe, which is the swarm's identity: no other peer would have the same; ` +
            `write one for all with hearsay init ${long} …, and give its file to every peer`,
        )
      }
      return new Option(flags).argParser(refuse).hideHelp()
    })
}
