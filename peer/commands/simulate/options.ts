import { Option } from 'commander'
import { formsOf, TASKS } from '../../../src/catalogue.ts'
import {
  BACKEND_HELP,
  belowOne,
  delay,
  fileOrFolder,
  notNegative,
  positive,
  probabilityOrFile,
  seed,
  source,
  split,
  stragglers,
  wholeNumber,
} from '../../flag-values.ts'
import { recipeOptions } from '../../recipe-flags.ts'
import { MOST_PEERS } from '../../require-peers.ts'

/** The flags that say what is simulated. Made anew for each command, since an option belongs to one. */
export function runOptions(): Option[] {
  return [
    new Option('--peers <N>', 'how many peers; required').argParser(wholeNumber(1, MOST_PEERS)),
    new Option('--rounds <R>', 'how long: so many times --local-steps, or rounds of averaging').argParser(
      wholeNumber(1),
    ),
    new Option('--engine <NAME>', 'what carries messages').choices(['virtual', 'matrix', 'libp2p']).default('virtual'),
    new Option('--task <TASK>', 'what the swarm does (default: by the data)').choices(formsOf(TASKS)),
    new Option('--dimension <D>', 'length of vectors that are no model (default: 1000 to average, else 10)').argParser(
      wholeNumber(1),
    ),
    new Option('--init <HOW>', 'how they are drawn: N(0, 1), or far apart (default: "normal")').choices([
      'normal',
      'spread',
    ]),
    new Option('--heterogeneity <Z>', 'ζ², how much quadratics disagree (default: 0.1)').argParser(notNegative),
    new Option('--data <SOURCE>', 'what is dealt to the peers (default: "digits")').argParser(source),
    new Option('--strict', 'refuse data of which something would be skipped'),
    new Option('--from <FILE>', 'weights that all begin from: safetensors, or a folder of TensorFlow.js').argParser(
      fileOrFolder,
    ),
    new Option('--partition <P>', 'how it is dealt (default: "dirichlet:0.5", of text and values "iid")'),
    ...recipeOptions(),
    new Option('--seed <S>', 'of everything (default: 1)').argParser(seed),
    new Option('--loss <P>', 'probability that a message is lost').argParser(belowOne),
    new Option('--delay <MS|LO-HI>', 'how long a message takes, in milliseconds; or a distribution').argParser(delay),
    new Option('--bandwidth <MBPS>', 'what each peer can send, in Mbit/s').argParser(positive),
    new Option('--link-bandwidth <MBPS>', 'what can go from one to one other').argParser(positive),
    new Option('--churn <P|FILE>', 'probability that a peer is away, or who was when').argParser(probabilityOrFile),
    new Option(
      '--stragglers <SHARE:TIMES>',
      'slow peers: 0.2:5 makes a fifth train 5 times slower, 0.2:5,3 with links 3 times slower',
    ).argParser(stragglers),
    new Option('--split <FROM-UNTIL:SHARE>', 'the network falls in two and heals: 5-20:0.3; may be repeated').argParser(
      split,
    ),
    new Option('--byzantine <F>', 'share of the peers that lie').argParser(belowOne),
    new Option('--attack <NAME>', 'how they lie'),
    new Option('--workers <W>', 'threads of --engine matrix (default: one a processor)').argParser(wholeNumber(1)),
    new Option('--evaluate-every <K>', 'rounds between two evaluations').argParser(wholeNumber(1)),
    new Option('--backend <NAME>', `${BACKEND_HELP} (default: "wasm", with --engine libp2p "auto")`),
  ]
}
