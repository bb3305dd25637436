import { existsSync, mkdtempSync, readFileSync, watch } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, hearsay, type Line, linesOf, start, warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const csv = folder.write('blobs.csv', blobs())
const recipeOf = (name: string, changes: object) =>
  folder.write(name, JSON.stringify({ model: { name: 'linear', shape: [2], classes: 2 }, ...changes }))
// Named: trying what else is installed takes longer than these runs.
const LOOPBACK = ['--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--data', `csv:${csv}`, '--backend', 'wasm']

test('two peers meet, seal on one hash, save it, and tell of it in JSON lines', async () => {
  const recipe = recipeOf('two.json', { training: { steps: 200 } })
  const saved = `${folder.path}/final.safetensors`
  const first = start(['peer', recipe, ...LOOPBACK, '--shard', '1/2', '--json', '--save', saved])
  await first.printed(/"event":"started"/)
  const [address] = /\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+/.exec(first.soFar().stdout) ?? []
  const second = start([
    'peer',
    recipe,
    ...LOOPBACK,
    '--shard',
    '2/2',
    '--json',
    '--quiet',
    '--connect',
    String(address),
  ])
  const ends = await Promise.all([first.finished, second.finished])
  expect(ends.map(({ code }) => code)).toEqual([0, 0])
  expect(ends[1].stderr).toBe('')

  const [mine, theirs] = ends.map(({ stdout }) => linesOf(stdout))
  const find = (lines: Line[], event: string) => lines.find(line => line.event === event)
  const hash = find(mine, 'consensus')?.parametersHash
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  expect(find(theirs, 'consensus')?.parametersHash).toBe(hash)
  expect(find(mine, 'started')).toMatchObject({
    backend: 'wasm',
    shard: 80,
    parameters: 6,
    swarm: find(theirs, 'started')?.swarm,
  })
  expect(find(mine, 'peer:join')?.peer).toBe(find(theirs, 'started')?.peerId)
  expect(find(mine, 'round')).toMatchObject({
    step: expect.any(Number),
    loss: expect.any(Number),
    accuracy: expect.any(Number),
  })
  expect(find(mine, 'waiting')).toMatchObject({ for: 'members', present: 1, minimum: 2, connect: [address] })
  expect(find(mine, 'consensus')).toMatchObject({ members: 2 })
  // The test samples of both, each once, and the same figures at both.
  const judged = find(mine, 'judged')
  expect(judged).toMatchObject({ samples: 40, members: 2, of: 2, figures: { kind: 'classes', samples: 40 } })
  expect({ ...find(theirs, 'judged'), time: '' }).toEqual({ ...judged, time: '' })
  expect(find(theirs, 'stopped')).toMatchObject({
    reason: 'consensus',
    ownSteps: expect.toSatisfy(steps => steps >= 200),
    partners: 1,
    inModel: true,
    members: 2,
    vanished: 0,
    checkpoint: null,
  })
  expect(ends[0].stderr).toMatch(
    /sealed by 2 of 2, .*\n.*own data; .* with 1 other peer; .*\n.*contains this peer's data/,
  )
  expect(JSON.parse((await warmHearsay('inspect', saved, '--json')).stdout).metadata.parametersHash).toBe(hash)
})

test.concurrent('a peer whom nobody comes to gives up after --wait, and says what to type elsewhere', async () => {
  const recipe = recipeOf('nobody.json', { training: { steps: 30 } })
  const { code, stderr } = await hearsay('peer', recipe, ...LOOPBACK, '--wait', '1')
  expect(code, stderr).toBe(1)
  expect(stderr).toMatch(/^\d\d:\d\d:\d\d waiting for 1 other peer with data: 1 of 2 here/m)
  expect(stderr).toMatch(
    /^ {2}hearsay peer \S*nobody\.json --data SOURCE --connect \/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+$/m,
  )
  expect(stderr).toMatch(/\nhearsay: [^\n]+\n$/)
  expect(stderr).not.toMatch(/step 30|agreed|sealed/)
})

test.concurrent('a peer that is told its address elsewhere has others type that', async () => {
  const announced = '/dns4/peer.example.org/tcp/4001'
  const args = ['peer', recipeOf('announced.json', {}), ...LOOPBACK, '--json', '--announce', announced, '--wait', '0.2']
  const { stdout, stderr } = await start(args).finished
  const [started, waiting] = ['started', 'waiting'].map(name => linesOf(stdout).find(({ event }) => event === name))
  const all = [`${announced}/p2p/${started?.peerId}`, expect.stringMatching(/^\/ip4\/127\.0\.0\.1\//)]
  expect(started?.addresses).toEqual(all)
  expect(waiting?.connect).toEqual(all)
  const [first = ''] = stderr.split('\n').filter(line => line.includes('--connect'))
  expect(first).toContain(`--connect ${announced}/p2p/`)
})

test.concurrent('--alone trains without company, says so, and says at last that the model is thrown away', async () => {
  const recipe = recipeOf('on-its-own.json', { training: { steps: 30 } })
  const { code, stdout, stderr } = await hearsay('peer', recipe, ...LOOPBACK, '--alone')
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^\n {2}its model, on the \d+ test samples of its own:\n {2}accuracy +\d/)
  expect(stderr).toMatch(/step 30 of 30 {3}loss .* samples\/s/)
  expect(stderr).toMatch(/trained alone, as --alone says: accuracy \d/)
  expect(stderr).toMatch(/stopped at step 30 \(alone\)\n.*the model is thrown away: with --state DIR [^\n]*\n$/)
  expect(stderr).not.toMatch(/agreed|sealed|waiting/)
})

test.concurrent('with the rule none a peer ends when it has trained', async () => {
  const recipe = recipeOf('alone.json', { averaging: { rule: 'none' } })
  const { code, stdout, stderr } = await hearsay('peer', recipe, ...LOOPBACK, '--steps', '30')
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^\n {2}its model, on the \d+ test samples of its own:\n {2}accuracy +\d/)
  expect(stderr).toMatch(/trained alone, .*accuracy/)
  expect(stderr).toMatch(/stopped at step 30 \(stopped\)/)
})

test.concurrent('the saved parameters say by what samples are standardised, and how far they were trained', async () => {
  const recipe = recipeOf('standardised.json', { averaging: { rule: 'none' }, data: { standardise: true } })
  const saved = `${folder.path}/standardised.safetensors`
  const { code, stderr } = await hearsay('peer', recipe, ...LOOPBACK, '--steps', '30', '--save', saved)
  expect(code, stderr).toBe(0)
  const { metadata } = JSON.parse((await warmHearsay('inspect', saved, '--json')).stdout)
  expect(metadata).toMatchObject({ step: '30', age: '30' })
  const { mean, deviation } = JSON.parse(metadata.standardisation)
  expect([mean.length, deviation.length]).toEqual([2, 2])
})

test.concurrent('Ctrl-C leaves a checkpoint, from which the peer goes on; meanwhile nobody else may use its state', async () => {
  const recipe = recipeOf('long.json', { training: { steps: 10_000_000 } })
  const state = `${folder.path}/me`
  const args = ['peer', recipe, ...LOOPBACK, '--alone', '--state', state]
  const running = start(args)
  await running.printed(/step [\d,]+ of 10,000,000/)

  const other = await hearsay(...args, '--quiet')
  expect(other).toMatchObject({ code: 2, stdout: '' })
  expect(other.stderr).toMatch(/^hearsay: --state [^\n]* is in use by process \d+[^\n]*\n$/)

  running.signal('SIGINT')
  const { code, stderr } = await running.finished
  expect(code, stderr).toBe(130)
  expect(stderr).toMatch(/stopped at step [\d,]+ \(interrupted\); checkpoint in/)
  expect(stderr).not.toContain('thrown away')
  expect(existsSync(`${state}/lock`)).toBe(false)
  const kept = readFileSync(`${state}/checkpoint.safetensors`)
  const { step } = JSON.parse((await warmHearsay('inspect', `${state}/checkpoint.safetensors`, '--json')).stdout)
  expect(step).toBeGreaterThan(0)
  expect(kept.length).toBeGreaterThan(0)

  const again = start([...args, '--json'])
  await again.printed(/"event":"started"/)
  again.signal('SIGTERM')
  const resumed = await again.finished
  expect(resumed.code).toBe(130)
  expect(linesOf(resumed.stdout).find(({ event }) => event === 'started')).toMatchObject({ step })
})

test.concurrent('a signal while a peer is still starting stops it cleanly', async () => {
  const state = mkdtempSync(`${folder.path}/starting-`)
  const begun = new Promise<void>(resolve => {
    const watcher = watch(state, () => {
      watcher.close()
      resolve()
    })
  })
  const running = start(['peer', '--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--state', state])
  // The state is taken first, before data, network and trainer.
  await begun
  running.signal('SIGINT')
  const { code, stderr } = await running.finished
  expect(code, stderr).toBe(130)
  expect(stderr).not.toMatch(/^ +at /m)
})

test.concurrent("what is nobody's mistake ends with exit code 1 and one line", async () => {
  const recipe = recipeOf('elsewhere.json', {})
  // An address of the range that is kept for documentation: never this machine's.
  const { code, stdout, stderr } = await hearsay('peer', recipe, ...LOOPBACK, '--listen', '/ip4/198.51.100.1/tcp/4001')
  expect(stderr).toMatch(/^hearsay: cannot listen on [^\n]*198\.51\.100\.1[^\n]*\n$/)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})
