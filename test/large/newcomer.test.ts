/** Whatever a newcomer is likely to meet, provoked from outside: what is wrong, and what to do, is in the message. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { shellWords } from '../../peer/shell-words.ts'
import { blobs, paste, type Running, start } from '../peer/command-line.ts'
import { expectExplained, heard, said } from './newcomer/explained.ts'
import { testMachine } from './newcomer/machine.ts'
import { addressOf, createDesk, DOCTOR, HERE, made, peer, startProgram, typed } from './newcomer/newcomer.ts'
import { testPlaces } from './newcomer/places.ts'
import { isInSource, isPrinted, quotes } from './newcomer/quotes.ts'

// Each is a process or several, which wait for somebody for seconds.
vi.setConfig({ testTimeout: 180_000 })

const desk = createDesk()
const { write, at, table } = desk
const OTHER_PEER = '12D3KooWHHzSeKaY8xuZVzkLbKFfvNgPPeKhFBGrMbNzbm5akpqu'

let program: { readonly port: number; close(): void }
let founder: Running
/** Where the founder of an invited swarm waits. */
let founderAt: string

beforeAll(async () => {
  program = await startProgram()
  for (const name of ['ours', 'other']) {
    await made('init', '--yes', '--data', table, '--model', 'linear', '--steps', '60', '--out', at(`${name}.json`))
  }
  founder = start(['peer', at('ours.json'), '--data', table, '--state', at('ours-founder'), ...HERE])
  founderAt = await addressOf(founder)
}, 120_000)
afterAll(async () => {
  program.close()
  founder.signal('SIGKILL')
  await founder.finished
})

/** Trains alone on a table. */
const alone = (recipe: string, source: string) => peer(recipe, '--data', source, '--alone', '--backend', 'wasm')

describe.concurrent('nobody found', () => {
  test('a peer that nobody comes to says what it tried, and what to type here and elsewhere', async () => {
    const finished = await peer(...HERE, '--wait', '1')
    await expectExplained(
      finished,
      1,
      /waiting for 1 other peer with data: 1 of 2 here, .*--alone begins without others, --wait SECONDS gives up/,
      /Others join with the same recipe, with\n {2}hearsay peer --connect \/ip4\//,
      /the local network was not searched \(--no-mdns\)/,
      /hearsay doctor --connect MULTIADDR\n/,
      /waited 1 s for 2 peers with data, and 1 was there: start the others with the same recipe, and with --connect/,
    )
  })

  test('what it prints to be pasted elsewhere ends the waiting', async () => {
    const recipe = write('short.json', '{ "training": { "steps": 20 } }')
    const first = start(['peer', recipe, ...HERE, '--wait', '120', '--stay'])
    const line = /^ {2}(hearsay peer .*)$/m
    await first.printed(line)
    const [, pasted] = line.exec(first.soFar().stderr) as RegExpExecArray
    const second = await paste(`${pasted} ${shellWords(HERE)}`).finished
    expect(second.code, second.stderr).toBe(0)
    // Who comes after the end, too.
    const late = await paste(`${pasted} ${shellWords(HERE)}`).finished
    await expectExplained(late, 3, /came after the end; its data have no part .*--state DIR .*--more STEPS/)
    first.signal('SIGINT')
    expect((await first.finished).code).toBe(0)
  })
})

describe.concurrent('a wrong address', () => {
  test('written as elsewhere is refused with the one that is meant, which is accepted', async () => {
    const wrong = await peer(...HERE, '--connect', `127.0.0.1:${program.port}`)
    await expectExplained(wrong, 2, /is not a TCP or WebSockets multiaddr such as .*; did you mean \/ip4\//)
    const [, meant = ''] = /did you mean (\S+)\?/.exec(wrong.stderr) ?? []
    expect((await peer(...HERE, '--connect', meant, '--wait', '0.2')).code).toBe(1)
  })

  test('with a port on which nobody listens', async () => {
    const wrong = await peer(...HERE, '--connect', '/ip4/127.0.0.1/tcp/1', '--wait', '3')
    await expectExplained(
      wrong,
      1,
      /dialled .*: nothing listens there \(.*ECONNREFUSED.*\); is a peer running there, and is that the port of its --listen\?/,
    )
    const { code, stdout } = await typed(wrong)
    expect(code).toBe(1)
    expect(stdout).toMatch(/port +failed .*connection refused/)
  })

  test('at which another program answers', async () => {
    const wrong = await peer(...HERE, '--connect', `/ip4/127.0.0.1/tcp/${program.port}`, '--wait', '3')
    await expectExplained(wrong, 1, /no libp2p; another program has this port: take the address that the peer prints/)
  })

  test('of another peer than the one that answers', async () => {
    const address = founderAt.replace(/[^/]+$/, OTHER_PEER)
    const wrong = await peer(...HERE, '--connect', address, '--wait', '3')
    await expectExplained(wrong, 1, /another peer answers there; take the address that the peer prints now/)
  })

  test('with a name that nobody knows', async () => {
    const wrong = await peer(...HERE, '--connect', '/dns4/nobody.invalid/tcp/4001', '--wait', '3')
    await expectExplained(wrong, 1, /nobody\.invalid.*\n/, DOCTOR)
    expect((await typed(wrong)).stdout).toMatch(/see whether the name is spelled right/)
  })

  test('to listen on that is not of this machine', async () => {
    const wrong = await peer('--listen', '/ip4/198.51.100.1/tcp/4001', '--backend', 'wasm')
    await expectExplained(wrong, 1, /cannot listen on .*EADDRNOTAVAIL.*: listen on \/ip4\/0\.0\.0\.0\/tcp\/4001/)
  })
})

describe.concurrent('another recipe', () => {
  test('than an invited swarm has', async () => {
    const args = [at('other.json'), '--data', table, '--state', at('other-founder')]
    const wrong = await peer(...args, ...HERE, '--connect', founderAt, '--wait', '3')
    await expectExplained(wrong, 1, /refuses this peer, which has another recipe: start both with the same file/)
    expect((await typed(wrong)).stdout).toMatch(/it has another recipe.*\n.*start both with the same recipe/)
  })

  test('than an open swarm has: the field is named', async () => {
    const [first, second] = [16, 32].map(batch => write(`${batch}.json`, `{ "training": { "batch": ${batch} } }`))
    const waiting = start(['peer', first, ...HERE])
    const wrong = await peer(second, ...HERE, '--connect', await addressOf(waiting), '--wait', '4')
    await expectExplained(wrong, 1, /has another recipe and is left alone; .*training\.batch/)
    waiting.signal('SIGINT')
    await waiting.finished
  })

  test('than the invitation is to', async () => {
    const { stdout } = await made('invite', '--state', at('other-founder'))
    const wrong = await peer(at('ours.json'), '--data', table, '--invite', stdout.trim(), ...HERE)
    await expectExplained(wrong, 2, /invitation to another recipe, .*: use the recipe that came with the invitation/)
  })

  test.each<[what: string, text: string, words: RegExp]>([
    ['that is cut short', '{ "model": ', /is not JSON \(.*\); expected a recipe, as hearsay init writes one/],
    ['that is a table', blobs(), /is not JSON .*; data are named with --data SOURCE/],
    ['with a field that is misspelt', '{ "training": { "batches": 8 } }', /did you mean training\.batch\?/],
  ])('%s', async (what, text, words) => {
    await expectExplained(await peer(write(`${what}.json`, text)), 2, words)
  })

  test('that is not there', async () => {
    await expectExplained(await peer(at('none.json')), 2, /there is no such file; expected a recipe, as hearsay init/)
  })
})

describe.concurrent('wrong columns', () => {
  const columns = (name: string, from: RegExp, to: string) => write(name, blobs().replaceAll(from, to))

  test.each<[what: string, source: () => string, words: RegExp]>([
    [
      'under another name',
      () => columns('named.csv', /^x,y/g, 'x,z'),
      /column "y" of the recipe is missing; it has "z", .*: rename what is the same/,
    ],
    [
      'too few',
      () => columns('few.csv', /^([^,]+),[^,]+,/gm, '$1,'),
      /column "y" of the recipe is missing, .*: expected a table with it/,
    ],
    [
      'with a class that the recipe does not know',
      () => columns('class.csv', /yes/g, 'maybe'),
      /class "maybe", the recipe knows "no", "yes"; name other data with --data SOURCE, or .*hearsay init/,
    ],
    [
      'of bytes that are no text',
      () => write('bytes.csv', Buffer.from(Array.from({ length: 3_000 }, (_, i) => (i * 7919) % 251))),
      /bytes\.csv: .*; expected a table as text/,
    ],
    ['none', () => write('empty.csv', ''), /the file is empty; expected a table as text: columns with names, and rows/],
    ['names only', () => write('names.csv', 'x,y,label\n'), /no row with a label .*; expected one at least/],
    ['of a folder', () => at(''), /this is a folder; expected a file/],
  ])('%s', async (_what, file, words) => {
    await expectExplained(await alone(at('ours.json'), `csv:${file()}`), 2, words)
  })

  test.each<[what: string, source: string, words: RegExp]>([
    ['of a file that is not there', 'csv:nowhere.csv', /no such file; it was looked for at \/.*nowhere\.csv/],
    [
      'of a home that no shell has written out',
      'csv:~/nowhere.csv',
      /no such file; write out the folder that ~ stands for/,
    ],
    ['of a file without its kind', 'mine.csv', /did you mean "csv:mine\.csv"\?/],
    ['of the digits that are built in', 'digits', /columns "x", "y"; digits is no table; name other data with --data/],
  ])('%s', async (_what, source, words) => {
    await expectExplained(await alone(at('ours.json'), source), 2, words)
  })

  test('as told, a recipe that fits is written, and learned by', async () => {
    const source = `csv:${columns('fits.csv', /yes/g, 'maybe')}`
    await made('init', '--yes', '--data', source, '--model', 'linear', '--steps', '20', '--out', at('fits.json'))
    const args = ['--data', source, '--state', at('fits-founder'), '--alone', '--backend', 'wasm']
    expect(heard(await peer(at('fits.json'), ...args)).code).toBe(0)
  })
})

describe.concurrent('not a member', () => {
  test('no invitation, or half of one', async () => {
    const args = [at('ours.json'), '--data', table, ...HERE]
    const none = await peer(...args)
    await expectExplained(
      none,
      2,
      /takes invited peers only .*; ask the founder, .*--invite FILE\|TEXT .*--state \S+-founder/,
    )
    const { stdout } = await made('invite', '--state', at('ours-founder'))
    await expectExplained(await peer(...args, '--invite', stdout.slice(0, 60)), 2, /is cut short: .*; paste all of it/)
  })

  test('a state that another process uses', async () => {
    const args = [at('ours.json'), '--data', table, '--state', at('ours-founder'), ...HERE]
    await expectExplained(await peer(...args), 2, /in use by process \d+; every peer needs a folder of its own/)
  })
})

describe('an invitation', () => {
  test('one that was revoked', async () => {
    const state = ['--state', at('other-founder')]
    const { stdout } = await made('invite', ...state)
    await made('revoke', ...state, stdout.trim())
    const waiting = start(['peer', at('other.json'), '--data', table, ...state, ...HERE])
    const args = [at('other.json'), '--data', table, '--invite', stdout.trim(), ...HERE]
    const wrong = await peer(...args, '--connect', await addressOf(waiting), '--wait', '4')
    await expectExplained(wrong, 1, /refuses this peer, which was revoked by the founder/)
    expect((await typed(wrong)).stdout).toMatch(/ask the founder|give what lets this peer in with --invite/)
    waiting.signal('SIGINT')
    await waiting.finished
  })
})

testMachine(desk, () => program.port)
testPlaces(desk)

/** Lines of docs/troubleshooting.md that nothing here provokes: other tests do, or nothing can. */
const UNPROVOKED = [
  'warning: … be reached from here, nor have they come: …',
  'the wasm backend has no … bytes left for a kernel: take a smaller batch or model, or another backend',
  'hearsay: nobody is left to agree with; …',
  'hearsay: this is a bug of hearsay, not your mistake; please report it with the lines above',
]

// After all others, whose output it reads.
test('every line that docs/troubleshooting.md quotes is one that is printed', () => {
  const unprinted = quotes().filter(quote => !isPrinted(quote, said()))
  expect(unprinted.filter(quote => !UNPROVOKED.includes(quote))).toEqual([])
  expect(UNPROVOKED.filter(quote => !isInSource(quote))).toEqual([])
  expect(UNPROVOKED.filter(quote => !quotes().includes(quote))).toEqual([])
})
