import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, type Finished, hearsay, start, warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const csv = folder.write('blobs.csv', blobs())
const broken = folder.write('broken.json', '{ "model": ')
const wrongField = folder.write('wrong-field.json', '{ "training": { "batch": 0 } }')
const unknownField = folder.write('unknown-field.json', '{ "training": { "batches": 8 } }')
const wrongName = folder.write('wrong-name.json', '{ "averaging": { "topology": "mobius" } }')
const ragged = folder.write('ragged.csv', 'x,y,label\n1,2,no\n1,yes\n')
const notIdx = folder.write('images', 'no idx at all')
const digitsRecipe = folder.write('digits.json', '{}')
const text = folder.write('notes.txt', 'just text')
const foreign = folder.write('package.json', '{ "name": "something", "version": "1.0.0" }')
const grid = folder.write('grid.json', '{ "grid": { "seed": [1] } }')
const missing = `${folder.path}/nowhere/out.json`

const peers = ['--peers', '2']

const WRONG: readonly [what: string, args: readonly string[], words: RegExp][] = [
  [
    'a table that would not be what its name says',
    ['predict', 'model.safetensors', '--data', 'csv:a.csv', '--out', 'out.parquet'],
    /not as \.parquet; expected a name such as predicted\.csv/,
  ],
  ['a wrong command', ['sworm'], /unknown command 'sworm'; accepted are swarm, peer/],
  ['a misspelt flag', ['swarm', '--peerz', '3'], /unknown option '--peerz' \(Did you mean --peers\?\)/],
  ['an unknown flag', ['swarm', ...peers, '--zzz'], /unknown option '--zzz'; accepted are .*--peers.*--topology/],
  ['a flag that no version has', ['peer', '--metrics-file', 'a.prom'], /unknown option '--metrics-file'/],
  ['metrics on no port', ['peer', '--metrics', 'here'], /--metrics.*expected a port such as 7070/],
  ['metrics that nobody finds', ['peer', '--quiet', '--metrics', '0'], /leave out --quiet, or add --json\n$/],
  ['a log in another format', ['peer', '--log-format', 'xml'], /--log-format.*accepted are text, json/],
  ['a dashboard on no port', ['peer', '--dashboard', 'here'], /--dashboard.*expected a port such as 7070/],
  [
    'a dashboard of a swarm that nobody finds',
    ['swarm', ...peers, '--quiet', '--dashboard', '0'],
    /leave out --quiet\n$/,
  ],
  ['a dashboard that nobody finds', ['peer', '--quiet', '--dashboard', '0'], /leave out --quiet, or add --json/],
  ['a flag without its value', ['swarm', '--peers'], /--peers <N>.*argument missing/],
  ['too many arguments', ['inspect', 'a', 'b'], /too many arguments/],
  ['no file to inspect', ['inspect'], /missing required argument 'FILE'/],
  ['no number of peers', ['swarm'], /--peers N is missing; expected a whole number from 1 to 128\n/],
  ['no number of simulated peers', ['simulate'], /--peers N is missing; expected a whole number from 1 to 1,000,000\n/],
  ['too many peers', ['swarm', '--peers', '129'], /expected a whole number from 1 to 128\n/],
  ['too many virtual peers', ['simulate', '--peers', '10001'], /--engine virtual runs at most 10,000 .*matrix more/],
  ['too many simulated peers', ['simulate', '--peers', '1000001'], /expected a whole number from 1 to 1,000,000\n/],
  [
    'too many real peers in a simulation',
    ['simulate', '--engine', 'libp2p', '--peers', '129'],
    /--engine libp2p runs at most 128/,
  ],
  [
    'an empty output',
    ['simulate', ...peers, '--out', ''],
    /--out <FILE\.json> cannot be ''; expected the name of a file/,
  ],
  ['no file for the result', ['swarm', ...peers, '--out', ''], /--out .* cannot be ''/],
  ['no file for the parameters', ['peer', '--save', ''], /--save <FILE> cannot be ''; expected the name of a file/],
  ['no folder for the state', ['peer', '--state', ''], /--state <DIR> cannot be ''; expected the name of a folder/],
  ['no source of data', ['peer', '--data', ''], /--data <SOURCE> cannot be ''; expected .*csv:FILE/],
  ['no source to simulate', ['simulate', ...peers, '--data', ''], /--data .* cannot be ''/],
  ['no source for a recipe', ['init', '--yes', '--data', ''], /--data .* cannot be ''/],
  ['no file for a recipe', ['init', '--yes', '--out', ''], /--out <FILE> cannot be ''/],
  ['an empty name to inspect', ['inspect', ''], /the name of a file is empty; expected a recipe/],
  ['no peers', ['swarm', '--peers', '0'], /--peers <N> cannot be '0'; expected a whole number from 1/],
  ['a number that is none', ['simulate', '--peers', 'x'], /--peers <N> cannot be 'x'; expected a whole number/],
  ['a probability of 2', ['simulate', ...peers, '--loss', '2'], /--loss <P> cannot be '2'; expected .* below 1/],
  ['a delay that is none', ['simulate', ...peers, '--delay', '9-5'], /--delay .* such as 20, or a range such as 5-50/],
  [
    'an unknown engine',
    ['simulate', ...peers, '--engine', 'diesel'],
    /cannot be 'diesel'; accepted are virtual, matrix, libp2p/,
  ],
  ['a negative learning rate', ['swarm', ...peers, '--learning-rate=-1'], /expected a number above 0/],
  ['shard 0', ['peer', '--shard', '0/4'], /--shard <I\/N> cannot be '0\/4'; expected I\/N with I from 1 to N/],
  ['shard 5 of 4', ['peer', '--shard', '5/4'], /expected I\/N with I from 1 to N/],
  ['a partition without shard', ['peer', '--partition', 'iid'], /--partition .* needs --shard I\/N/],
  ['a shard of a swarm', ['swarm', ...peers, '--shard', '1/2'], /--shard is for hearsay peer.*--partition/],
  [
    'steps and epochs',
    ['peer', '--steps', '5', '--epochs', '2'],
    /--epochs and --steps cannot be given together.*leave out one/,
  ],
  ['more with steps', ['peer', '--state', folder.path, '--more', '5', '--steps', '2'], /--more and --steps cannot be/],
  [
    'more with epochs',
    ['peer', '--state', folder.path, '--more', '5', '--epochs', '2'],
    /--more and --epochs cannot be/,
  ],
  ['more without a state', ['peer', '--more', '5'], /--more .*needs --state DIR/],
  ['no more steps', ['peer', '--more', '0'], /--more <STEPS> cannot be '0'; expected a whole number of at least 1/],
  ['no epoch', ['peer', '--epochs', '0'], /--epochs <N> cannot be '0'; expected a number above 0/],
  ['a wait of no time', ['peer', '--wait', '0'], /--wait <SECONDS> cannot be '0'; expected a number above 0/],
  ['a wait for nobody', ['peer', '--alone', '--wait', '5'], /--alone and --wait cannot be given together/],
  ['steps without data', ['peer', '--data', 'none', '--steps', '5'], /--data none only watches.*leave out --steps/],
  ['staying alone', ['peer', '--alone', '--stay'], /--alone and --stay cannot be given together/],
  [
    'a peer that is looser than its swarm',
    ['peer', digitsRecipe, '--until-consensus', '0.01'],
    /--until-consensus 0\.01 is looser than the recipe, which says 0\.001; expected a smaller distance/,
  ],
  [
    'a peer that overrides',
    ['peer', '--model', 'linear'],
    /--model would change the recipe, .* identity.*hearsay init/,
  ],
  ['the same with a topology', ['peer', digitsRecipe, '--topology', 'ring'], /--topology would change the recipe/],
  ['a recipe that is not there', ['peer', 'nowhere.json'], /nowhere\.json: there is no such file/],
  ['a recipe that is not JSON', ['swarm', broken, ...peers], /broken\.json is not JSON/],
  ['a recipe with a wrong field', ['peer', wrongField], /wrong-field\.json: recipe, field training\.batch/],
  ['a recipe with an unknown field', ['simulate', unknownField, ...peers], /unknown-field\.json: .*batches/],
  ['a recipe with an unknown name', ['swarm', wrongName, ...peers], /unknown topology "mobius"; accepted are .*ring/],
  [
    'a recipe that does not fit the data',
    ['peer', digitsRecipe, '--data', `csv:${csv}`],
    /\[28, 28, 1\].*\[2\]; name other data .*hearsay init/,
  ],
  [
    'the same in a swarm',
    ['swarm', digitsRecipe, ...peers, '--data', `csv:${csv}`],
    /\[28, 28, 1\].*\[2\]; name other data .*hearsay init/,
  ],
  [
    'an unknown topology',
    ['swarm', ...peers, '--topology', 'mobius'],
    /unknown topology "mobius"; accepted are .*ring/,
  ],
  [
    'an unknown rule',
    ['swarm', ...peers, '--rule', 'dictate'],
    /unknown averaging rule "dictate"; accepted are .*adpsgd/,
  ],
  [
    'an unknown partition',
    ['simulate', ...peers, '--partition', 'half'],
    /partition "half"; accepted: .*dirichlet:ALPHA/,
  ],
  [
    'an unknown model',
    ['init', '--yes', '--model', 'gpt', '--out', `${folder.path}/x.json`],
    /unknown model 'gpt': accepted are linear/,
  ],
  ['an unknown backend', ['peer', '--backend', 'abacus'], /unknown backend 'abacus': accepted are .*wasm, cpu/],
  ['an unknown source', ['swarm', ...peers, '--data', 'cloud:x'], /data source "cloud:x"; accepted: .*csv:FILE/],
  ['data that is not there', ['swarm', ...peers, '--data', 'csv:nowhere.csv'], /nowhere\.csv/],
  [
    'a ragged CSV file',
    ['swarm', ...peers, '--data', `csv:${ragged}`],
    /ragged\.csv, row 3: found 2 columns; expected 3/,
  ],
  ['an IDX file that is none', ['swarm', ...peers, '--data', `idx:${notIdx},${notIdx}`], /expected an IDX file/],
  [
    'a bad address to listen on',
    ['peer', '--listen', 'localhost:80'],
    /listen address "localhost:80" is not a TCP .*multiaddr such as/,
  ],
  [
    'a bad address to announce',
    ['peer', '--announce', 'localhost:80'],
    /announce address "localhost:80" is not a TCP .*multiaddr such as/,
  ],
  [
    'an address to announce that is nowhere',
    ['peer', '--announce', '/ip4/0.0.0.0/tcp/4001'],
    /announce address .* names no machine/,
  ],
  [
    'a bad address to connect to',
    ['peer', '--connect', '/ip4/1.2.3.4'],
    /connect address "\/ip4\/1\.2\.3\.4" is not a TCP .*multiaddr/,
  ],
  [
    'an address to connect to as it is written elsewhere',
    ['peer', '--connect', '[fd00::1]:4001'],
    /did you mean \/ip6\/fd00::1\/tcp\/4001\?\n$/,
  ],
  ['a table in place of a recipe', ['peer', csv], /not JSON .*; data are named with --data SOURCE\n$/],
  [
    'data in a home that no shell has written out',
    ['peer', '--data', 'csv:~/none.csv'],
    /write out the folder that ~ stands for\n$/,
  ],
  ['an output in no folder', ['swarm', ...peers, '--out', missing], /--out .*: there is no folder .*nowhere/],
  ['parameters as ONNX', ['peer', '--save', 'm.onnx'], /is safetensors; .* hearsay export --state DIR --to m\.onnx/],
  ['parameters in no folder', ['peer', '--save', missing], /--save .*: there is no folder/],
  ['an output that is a folder', ['simulate', ...peers, '--out', folder.path], /--out .* is a folder/],
  [
    'data for consensus',
    ['simulate', ...peers, '--task', 'consensus', '--data', 'digits'],
    /--data is for --task classify/,
  ],
  ['a dimension for training', ['simulate', ...peers, '--dimension', '5'], /--dimension is for --task consensus/],
  [
    'a lossy real network',
    ['simulate', ...peers, '--engine', 'libp2p', '--loss', '0.1'],
    /--loss is for --engine virtual or matrix; this is --engine libp2p/,
  ],
  ['a sweep without a folder', ['simulate', '--sweep', broken], /--sweep needs --out DIR/],
  [
    'a sweep that is not there',
    ['simulate', '--sweep', 'nowhere', '--out', folder.path],
    /nowhere: there is no such file/,
  ],
  ['a sweep that is none', ['simulate', '--sweep', unknownField, '--out', folder.path], /unknown "training"; accepted/],
  [
    'a sweep whose folder is a file',
    ['simulate', '--sweep', grid, '--out', csv],
    /--out .*blobs\.csv cannot be a folder/,
  ],
  ['a sweep and its peers', ['simulate', '--sweep', broken, ...peers], /--peers cannot be given with --sweep/],
  ['a sweep of a scenario', ['simulate', '--sweep', broken, '--scenario', 'x'], /give one/],
  ['a scenario and its rule', ['simulate', '--scenario', 'fedavg', '--rule', 'd2'], /--rule cannot be given with/],
  ['a report in no folder', ['simulate', ...peers, '--report', missing], /--report .*: there is no folder .*nowhere/],
  ['a table in no folder', ['simulate', ...peers, '--csv', missing], /--csv .*: there is no folder .*nowhere/],
  ['rounds and steps', ['simulate', ...peers, '--rounds', '5', '--steps', '50'], /--rounds and --steps/],
  [
    'guests that would invite to an open swarm',
    ['init', '--yes', '--membership', 'open', '--guests-invite', '--out', `${folder.path}/x.json`],
    /--guests-invite is of --membership invited; with open nobody invites/,
  ],
  [
    'a founder of members with a key',
    ['init', '--yes', '--membership', 'key', '--state', folder.path, '--out', `${folder.path}/x.json`],
    /--state is where the founder of --membership invited is kept; with key there is none/,
  ],
  [
    'members of another kind',
    ['init', '--membership', 'club', '--out', `${folder.path}/x.json`],
    /--membership <WHO> cannot be 'club'; accepted are open, invited, key/,
  ],
  ['a peer that would let in others', ['peer', '--membership', 'open'], /--membership would change the recipe/],
  ['an invitation to nothing', ['peer', '--invite', ''], /--invite .* cannot be ''; expected an invitation, a key/],
  [
    'an invitation that is none',
    ['peer', '--invite', 'come'],
    /--invite come is neither an invitation nor a key.*file/,
  ],
  ['a folder as an invitation', ['peer', '--invite', folder.path], /is no file of an invitation or a key/],
  [
    'an invitation for one alone',
    ['peer', '--alone', '--invite', 'x'],
    /--alone and --invite cannot be given together/,
  ],
  ['an invitation to an open swarm', ['peer', '--invite', 'hearsay-invite-x'], /the recipe is open: anyone who has it/],
  ['an invitation from nobody', ['invite'], /--state DIR is missing; expected the founder's state folder/],
  [
    'an invitation without an end that is one',
    ['invite', '--until', 'soon'],
    /--until <DATE> cannot be 'soon'; expected/,
  ],
  ['nobody to revoke', ['revoke', '--state', folder.path], /missing required argument 'WHOM'/],
  ['a revocation by nobody', ['revoke', 'x'], /--state DIR is missing; expected the state folder of the founder/],
  ['to revoke what is nothing', ['revoke', '--state', folder.path, 'x'], /WHOM x is neither an invitation nor a key/],
  [
    "an invitation from a folder that is nobody's state",
    ['invite', '--state', folder.path],
    /has no identity; expected the state of a swarm's founder, or of a guest/,
  ],
  ['a file that is there already', ['init', '--yes', '--out', csv], /exists already; .*--force/],
  ['something else to inspect', ['inspect', text], /neither JSON nor safetensors; expected a recipe, a checkpoint/],
  ['JSON of something else to inspect', ['inspect', foreign], /is JSON, but neither a recipe nor a result; expected a/],
  ['a folder to inspect', ['inspect', folder.path], /is a folder; expected a recipe/],
  ['nothing to inspect', ['inspect', 'nowhere.json'], /there is no such file/],
]

function expectRefusal({ code, stdout, stderr }: Finished, words: RegExp): void {
  expect(stderr).toMatch(words)
  expect(stderr).toMatch(/^hearsay: [^\n]+\n$/)
  expect(stdout).toBe('')
  expect(code).toBe(2)
}

describe('wrong usage ends with exit code 2 and one line that says what is accepted', () => {
  test.each(WRONG)('%s', async (_what, args, words) => {
    expectRefusal(await warmHearsay(...args), words)
  })

  // Found by the parser of arguments, by a command, and by the library, which is loaded only then.
  const FINDERS = ['a misspelt flag', 'no number of peers', 'a recipe with a wrong field']
  test.concurrent.each(WRONG.filter(([what]) => FINDERS.includes(what)))(
    '%s, as the first thing of a process',
    async (_what, args, words) => {
      expectRefusal(await hearsay(...args), words)
    },
  )
})

test('hearsay alone says what to type first, in lines that the command line understands', async () => {
  const { code, stdout, stderr } = await warmHearsay()
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  const lines = [...stderr.matchAll(/^ {2}hearsay (.*?) {2,}/gm)].map(([, line]) => line)
  expect(lines).toEqual(['simulate --peers 5', 'init', 'peer recipe.json --state recipe-founder', '--help'])
  for (const line of stderr.trim().split('\n')) expect(line.length, line).toBeLessThanOrEqual(78)
  // What the third line names is what the second writes.
  const wrote = await start(['init', '--yes'], { cwd: folder.path }).finished
  expect(wrote.code).toBe(0)
  expect(wrote.stdout + wrote.stderr).toContain(`hearsay ${lines[2]}`)
})

test.concurrent('a Node that is too old is told so', async ({ expect }) => {
  const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } })'
  const { code, stdout, stderr } = await start(['--help'], {
    nodeFlags: ['--import', `data:text/javascript,${encodeURIComponent(older)}`],
  }).finished
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^hearsay: needs Node\.js 22\.12 or newer, and this is 20\.1\.0[^\n]*\n$/)
})
