import { existsSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readResult } from '../../simulations/read-result.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const csv = folder.write('blobs.csv', blobs())

test('init writes a recipe that fits the data, and inspect reads it', async () => {
  const file = `${folder.path}/recipe.json`
  const made = await warmHearsay(
    'init',
    '--data',
    `csv:${csv}`,
    '--model',
    'linear',
    '--steps',
    '40',
    '--out',
    file,
    '--json',
  )
  expect(made).toMatchObject({ code: 0, stderr: '' })
  const { swarm, recipe } = JSON.parse(made.stdout)
  expect(recipe.model).toEqual({ name: 'linear', shape: [2], classes: 2, classNames: ['no', 'yes'] })
  expect(recipe.training.steps).toBe(40)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(recipe)

  const [shown, machine] = await Promise.all([warmHearsay('inspect', file), warmHearsay('inspect', file, '--json')])
  expect(shown).toMatchObject({ code: 0, stderr: '' })
  expect(shown.stdout).toContain(swarm)
  expect(JSON.parse(machine.stdout)).toEqual({ kind: 'recipe', swarm, recipe })
})

test('init writes no recipe of a model that cannot learn from the data', async () => {
  const text = folder.write('verse.txt', 'the quick brown fox jumps over the lazy dog; '.repeat(60))
  const file = `${folder.path}/impossible.json`
  const { code, stdout, stderr } = await warmHearsay(
    'init',
    '--yes',
    '--data',
    `text:${text}`,
    '--model',
    'mlp:64',
    '--out',
    file,
  )
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^hearsay: mlp:64 cannot take samples of shape \[64\]: [^\n]*\n$/)
  expect(existsSync(file)).toBe(false)
})

test('init writes no recipe of a model that cannot be built for the data, and says why', async () => {
  const module = (name: string, layers: string) =>
    `module:${folder.write(`${name}.mjs`, `export default ({ layers: { layers: l, sequential }, shape, classes }) => sequential({ layers: [${layers}] })`)}`
  const embedding =
    'l.embedding({ inputDim: 3, outputDim: 2, inputShape: shape }), l.flatten(), l.dense({ units: classes })'
  const tokens = folder.write(
    'tokens.csv',
    ['t,u,label', ...Array.from({ length: 20 }, (_, i) => `${i % 3},${i === 9 ? 5 : 1},${i % 2 ? 'a' : 'b'}`)].join(
      '\n',
    ),
  )
  const cases: [string[], RegExp][] = [
    [['--data', `csv:${csv}`, '--model', `tfjs:${folder.path}/nowhere.json`], /nowhere\.json cannot be read/],
    [
      ['--data', `csv:${csv}`, '--model', module('fails', 'nothing')],
      /fails\.mjs: the function that it exports failed: nothing is not defined/,
    ],
    [
      ['--data', `csv:${csv}`, '--model', module('narrow', 'l.dense({ units: 7, inputShape: shape })')],
      /gives \[7\] for a sample, the data has 2 classes/,
    ],
    [
      [
        '--data',
        `csv:${csv}`,
        '--model',
        module('squashed', "l.dense({ units: classes, activation: 'tanh', inputShape: shape })"),
      ],
      /squashed\.mjs ends in tanh over 2 units/,
    ],
    [
      ['--data', `csv:${tokens}`, '--model', module('words', embedding)],
      /tokens\.csv is standardised.*--no-standardise/,
    ],
    [
      ['--data', `csv:${tokens}`, '--no-standardise', '--model', module('words', embedding)],
      /tokens\.csv, row 11, column u: found 5; expected a whole number from 0 to 2/,
    ],
  ]
  for (const [args, reason] of cases) {
    const file = `${folder.path}/never.json`
    const { code, stdout, stderr } = await warmHearsay('init', '--yes', '--out', file, ...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(reason)
    expect(existsSync(file)).toBe(false)
  }
})

test('with --no-standardise numbers of a table are taken as they are', async () => {
  const table = folder.write(
    'far.csv',
    ['x,label', ...Array.from({ length: 20 }, (_, i) => `${1000 + i},${i % 2 ? 'a' : 'b'}`)].join('\n'),
  )
  const origins = async (...flags: string[]) => {
    const { stdout, stderr } = await warmHearsay(
      'init',
      '--yes',
      '--json',
      '--force',
      '--out',
      `${folder.path}/far.json`,
      '--data',
      `csv:${table}`,
      ...flags,
    )
    expect(stderr).toBe('')
    const { data } = JSON.parse(stdout).recipe
    return [data.standardise, data.table.columns[0].origin]
  }
  expect(await origins('--no-standardise')).toEqual([false, 0])
  expect(await origins()).toEqual([true, 1010])
})

test('init says what comes next, and overwrites only with --force', async () => {
  const file = folder.write('kept.json', '{}')
  const refused = await warmHearsay('init', '--out', file)
  expect(refused.code).toBe(2)
  expect(readFileSync(file, 'utf8')).toBe('{}')
  const forced = await warmHearsay('init', '--out', file, '--force')
  expect(forced.code).toBe(0)
  expect(forced.stdout).toContain(`hearsay swarm ${file} --peers 5`)
})

test('init makes the identity of a founder once, and a key once', async () => {
  const at = (name: string) => `${folder.path}/${name}`
  const init = async (...flags: string[]) => {
    const { code, stdout, stderr } = await warmHearsay(
      'init',
      '--yes',
      '--json',
      '--force',
      '--data',
      `csv:${csv}`,
      ...flags,
    )
    expect(code, stderr).toBe(0)
    return JSON.parse(stdout)
  }
  const first = await init('--out', at('first.json'))
  expect(first).toMatchObject({ state: at('first-founder'), founder: first.recipe.security.founder })
  const identity = readFileSync(at('first-founder/identity'))
  const { mode } = statSync(at('first-founder/identity'))
  expect(mode & 0o777).toBe(0o600)
  const again = await init('--out', at('first.json'), '--steps', '70')
  const elsewhere = await init('--out', at('second.json'), '--state', at('first-founder'), '--guests-invite')
  expect([again.founder, elsewhere.founder]).toEqual([first.founder, first.founder])
  expect(elsewhere.recipe.security.guestsInvite).toBe(true)
  expect(readFileSync(at('first-founder/identity'))).toEqual(identity)

  const keyed = await init('--out', at('keyed.json'), '--membership', 'key')
  expect(keyed).toMatchObject({ key: at('keyed.key') })
  const key = readFileSync(at('keyed.key'), 'utf8')
  await init('--out', at('keyed.json'), '--membership', 'key')
  expect(readFileSync(at('keyed.key'), 'utf8')).toBe(key)
  folder.write('worded.key', 'secret')
  const refused = await warmHearsay(
    'init',
    '--yes',
    '--data',
    `csv:${csv}`,
    '--membership',
    'key',
    '--out',
    at('worded.json'),
  )
  expect(refused.stderr).toMatch(/^hearsay: [^\n]*worded\.key is there, and is never overwritten: [^\n]*--out\n$/)
  expect(refused.code).toBe(2)
  expect(readFileSync(at('worded.key'), 'utf8')).toBe('secret')
  expect(existsSync(at('worded.json'))).toBe(false)
})

test('inspect says what an invitation is, and nothing that is secret in it', async () => {
  const { parseInvitation } = await import('../../src/admission/invitation.ts')
  const state = `${folder.path}/inspected`
  const init = [
    'init',
    '--yes',
    '--json',
    '--data',
    `csv:${csv}`,
    '--out',
    `${folder.path}/inspected.json`,
    '--state',
    state,
  ]
  const { swarm, founder } = JSON.parse((await warmHearsay(...init)).stdout)
  const text = (await warmHearsay('invite', '--state', state, '--until', '2099-12-31T18:00Z')).stdout
  const ends = await Promise.all([
    warmHearsay('inspect', text.trim()),
    warmHearsay('inspect', folder.write('guest.invitation', text)),
    warmHearsay('inspect', text.trim(), '--json'),
  ])
  const { seed = new Uint8Array() } = parseInvitation(text)
  expect(seed).toHaveLength(32)
  for (const { code, stdout, stderr } of ends) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(swarm)
    expect(stdout).toContain(founder)
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      // All but the last characters, in which other bytes have a part.
      const written = Buffer.from(seed).toString(form)
      expect(stdout.toLowerCase()).not.toContain(written.slice(0, 40).toLowerCase())
    }
  }
  expect(ends[0].stdout).toMatch(/for +whoever holds it\n +until +2099-12-31 at 18:00 UTC/)
  expect(JSON.parse(ends[2].stdout)).toMatchObject({
    kind: 'invitation',
    swarm,
    founder,
    by: founder,
    for: null,
    until: '2099-12-31T18:00:00.000Z',
  })
  const cut = await warmHearsay('inspect', folder.write('cut.invitation', text.slice(0, 200)))
  expect(cut).toMatchObject({ code: 1, stdout: '' })
  expect(cut.stderr).toMatch(/^hearsay: \S*cut\.invitation: [^\n]*is cut short[^\n]*\n$/)

  const { createSwarmKey } = await import('../../src/public/members.ts')
  const key = createSwarmKey()
  const shown = await warmHearsay('inspect', folder.write('our.key', `${key}\n`))
  expect(shown.code).toBe(0)
  expect(shown.stdout).toMatch(/is the key of a swarm/)
  expect(shown.stdout).not.toContain(key.slice(12, 30))
})

test('inspect recognises changed parameters, saved ones and those of a sealed checkpoint', async () => {
  const { encodeSafetensors, hashParameters } = await import('../../src/public/models.ts')
  const data = Float32Array.of(1, 2, 3)
  const state = {
    swarm: 's',
    peer: 'p',
    sequence: 1,
    step: 1,
    age: 1,
    random: [],
    journal: 0,
    decisions: [],
    doubts: [],
    trainer: {},
  }
  const write = (name: string, hash: string, isCheckpoint: boolean) => {
    const metadata: Record<string, string> = isCheckpoint
      ? { hearsay: '2', state: JSON.stringify({ ...state, sealed: hash }) }
      : { parametersHash: hash }
    return folder.write(name, encodeSafetensors({ tensors: [{ name: 'a', shape: [3], data }], metadata }))
  }
  for (const isCheckpoint of [false, true]) {
    const whole = write(`whole-${isCheckpoint}`, hashParameters(data), isCheckpoint)
    const changed = write(`changed-${isCheckpoint}`, hashParameters(Float32Array.of(1, 2, 4)), isCheckpoint)
    const [good, bad] = await Promise.all([
      warmHearsay('inspect', whole, '--json'),
      warmHearsay('inspect', changed, '--json'),
    ])
    expect(good).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(good.stdout)).not.toHaveProperty('damaged')
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringMatching(/^hearsay: [^\n]* is damaged: [^\n]*\n$/) })
    expect(JSON.parse(bad.stdout)).toMatchObject({ damaged: true })
  }
})

/** The result of a run, without what only reports need. */
async function writtenResult() {
  const { parseRecipe, recipeHash } = await import('../../src/index.ts')
  const recipe = parseRecipe({})
  const round = {
    round: 0,
    time: 0,
    consensusDistance: 0,
    meanSquaredDistance: 0,
    meanDrift: null,
    localLoss: null,
    localAccuracy: null,
    merged: null,
    bytesSent: 0,
    messages: 0,
  }
  return {
    hearsay: '1',
    recipe,
    recipeHash: recipeHash(recipe),
    seed: 1,
    engine: 'virtual',
    peers: 2,
    rounds: [round],
    final: { ...round, parametersHash: '' },
    sealed: true,
    timing: { wallSeconds: 1 },
  }
}

test('the result of a run that diverged, whose loss was no number JSON has, is read by inspect and by a sweep', async () => {
  const { final, ...rest } = await writtenResult()
  const merged = { loss: Number.POSITIVE_INFINITY, accuracy: 0.1 }
  const partial = { reason: 'diverged', round: 3, peer: 'peer-1' }
  const text = JSON.stringify({ ...rest, final: { ...final, merged }, sealed: false, partial })
  const { code, stdout } = await warmHearsay('inspect', folder.write('diverged.json', text))
  expect(code).toBe(0)
  expect(stdout).toMatch(/partial +diverged in round 3, at peer-1/)
  expect(readResult(text)?.partial).toEqual(partial)
})

test('inspect refuses a result whose recipe was changed', async () => {
  const result = { ...(await writtenResult()), recipeHash: '0'.repeat(64) }
  const [changed, incomplete] = await Promise.all([
    warmHearsay('inspect', folder.write('changed.json', JSON.stringify(result))),
    warmHearsay('inspect', folder.write('incomplete.json', JSON.stringify({ ...result, peers: 'two' }))),
  ])
  expect(changed).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^hearsay: .*the file was changed\n$/),
  })
  expect(incomplete).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^hearsay: .*field peers[^\n]*\n$/),
  })
})

test.each<[what: string, name: string, content: string | Uint8Array, words: RegExp]>([
  [
    'parameters that are cut in their header',
    'header.safetensors',
    Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22),
    /header\.safetensors is damaged: the file is truncated/,
  ],
  [
    'a checkpoint of which nothing is left',
    'empty.safetensors',
    '',
    /empty\.safetensors is damaged: the file is trunc/,
  ],
  ['a checkpoint that holds something else', 'other.safetensors', 'not a checkpoint', /other\.safetensors is damaged/],
  ['a recipe that is cut', 'cut-recipe.json', '{ "model": ', /is damaged: it is not JSON to its end/],
  ['a recipe that cannot be', 'impossible-recipe.json', '{ "training": { "batch": 0 } }', /field training\.batch/],
  ['a recipe of an unknown topology', 'mobius.json', '{ "averaging": { "topology": "mobius" } }', /unknown topology/],
  [
    'a result without its rounds',
    'cut-result.json',
    '{ "hearsay": "1", "recipe": {}, "recipeHash": "", "seed": 1, "engine": "", "peers": 1 }',
    /is a damaged result: its field rounds/,
  ],
])('inspect says of %s that it is damaged, with exit code 1', async (_what, name, content, words) => {
  const { code, stdout, stderr } = await warmHearsay('inspect', folder.write(name, content))
  expect(stderr).toMatch(words)
  expect(stderr).toMatch(/^hearsay: [^\n]+\n$/)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})

test('inspect sees a checkpoint that was cut anywhere', async () => {
  const { encodeSafetensors, hashParameters } = await import('../../src/public/models.ts')
  const data = Float32Array.of(1, 2, 3)
  const metadata = { parametersHash: hashParameters(data) }
  const whole = encodeSafetensors({ tensors: [{ name: 'a', shape: [3], data }], metadata })
  for (const length of [4, 8, 20, whole.length - 13, whole.length - 1]) {
    const cut = folder.write(`cut-${length}.safetensors`, whole.subarray(0, length))
    const { code, stderr } = await warmHearsay('inspect', cut)
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^hearsay: [^\n]* is damaged: [^\n]*\n$/),
    })
  }
})
