import { Command, Help, type Option } from 'commander'
import { version } from '../src/version.ts'
import { addCompletion } from './commands/completion/command.ts'
import { addDoctor } from './commands/doctor/command.ts'
import { addEvaluate } from './commands/evaluate/command.ts'
import { addExport } from './commands/export/command.ts'
import { addInit } from './commands/init/command.ts'
import { addInspect } from './commands/inspect/command.ts'
import { addInvite } from './commands/invite/command.ts'
import { addPeer } from './commands/peer/command.ts'
import { addPredict } from './commands/predict/command.ts'
import { addRevoke } from './commands/revoke/command.ts'
import { addSchema } from './commands/schema/command.ts'
import { addSimulate } from './commands/simulate/command.ts'
import { addSwarm } from './commands/swarm/command.ts'
import { type SetExitCode, sayWhatIsAccepted } from './define-command.ts'
import { readRuleNames } from './names.ts'
import { widthOf } from './prose.ts'
import { commandLine } from './shell-words.ts'
import { WrongUsage } from './wrong-usage.ts'

// A new command is one folder in commands/ and one entry here.
const commands = [
  addSwarm,
  addPeer,
  addSimulate,
  addInit,
  addSchema,
  addInvite,
  addRevoke,
  addInspect,
  addEvaluate,
  addPredict,
  addExport,
  addDoctor,
  addCompletion,
]

const EXAMPLES = `
Examples:
  hearsay swarm --peers 5                      five peers learn together here
  hearsay simulate --peers 16 --topology ring  the same virtually, from a seed
  hearsay init --data csv:flowers.csv          a recipe for data of your own
  hearsay peer recipe.json --data csv:mine.csv take part in a swarm
  hearsay invite --state ./me                  let somebody else take part
  hearsay predict --state ./me --data csv:new.csv --out predicted.csv
                                               what its model says of new rows

hearsay COMMAND --help tells more.

Exit codes:
  0    done; of a peer: its data are in a model that at least two agreed on,
       or it was to train --alone
  1    failed
  2    wrong usage
  3    ended in order without that: nobody was left to agree with, or the
       swarm had sealed without its data; of swarm and simulate: the peers
       were to seal, and did not
  130  interrupted, after a clean stop`

/** For who types `hearsay` alone. Each line works as it stands, in this order. */
const FIRST = [
  ['simulate --peers 5', 'a swarm, simulated'],
  ['init', 'writes recipe.json'],
  ['peer recipe.json --state recipe-founder', 'takes part with it'],
  ['--help', 'all commands'],
] as const

function whatToTypeFirst(): string {
  const lines = FIRST.map(([words, meaning]) => [`  ${commandLine(words.split(' '))}`, meaning] as const)
  const width = Math.max(...lines.map(([line]) => line.length))
  return [
    'no command; to begin, type one of',
    ...lines.map(([line, meaning]) => `${line.padEnd(width)}  ${meaning}`),
  ].join('\n')
}

export async function buildProgram(args: readonly string[], setExitCode: SetExitCode): Promise<Command> {
  const program = new Command('hearsay')
    .description('Peers that learn one model together, with no server and without sharing their data.')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureHelp({
      helpWidth: widthOf(process.stdout),
      subcommandTerm: command => termOf(command),
      // The shorter of a flag's two names.
      optionTerm: option => option.flags.replace(/^--[\w-]+, (--[\w-]+)/, '$1'),
      visibleOptions: command => commonLast(new Help().visibleOptions(command)),
    })
    .addHelpText('after', EXAMPLES)
    // Errors are said in one place, at the end.
    .configureOutput({ outputError: () => {} })
    .exitOverride(error => {
      throw error.code === 'commander.unknownCommand'
        ? unknownCommand(error.message, program)
        : sayWhatIsAccepted(error, program)
    })
  // Only help needs them, and they take their time to load.
  const rules = needsRules(args) ? await readRuleNames() : undefined
  for (const add of commands) add(program, setExitCode, rules)
  if (args.length === 0) throw new WrongUsage(whatToTypeFirst())
  return program
}

/** The commands that take an averaging rule. */
const WITH_RULES = ['swarm', 'simulate', 'init']

function needsRules(args: readonly string[]): boolean {
  return args.some(arg => WITH_RULES.includes(arg)) && args.some(arg => arg === '--help' || arg === '-h')
}

function unknownCommand(message: string, program: Command): WrongUsage {
  const [what] = message.replace(/^error: /, '').split('\n')
  return new WrongUsage(`${what}; accepted are ${commandNames(program)}`)
}

/** The name and its argument: that a command has options goes without saying. */
function termOf(command: Command): string {
  const names = command.registeredArguments.map(argument =>
    argument.required ? argument.name() : `[${argument.name()}]`,
  )
  return [command.name(), ...names].join(' ')
}

/** The options of one command before those that all have. */
function commonLast(options: readonly Option[]): Option[] {
  const isCommon = ({ long }: Option) => Number(long === '--json' || long === '--quiet' || long === '--help')
  return [...options].sort((a, b) => isCommon(a) - isCommon(b))
}

function commandNames(program: Command): string {
  return program.commands.map(command => command.name()).join(', ')
}
