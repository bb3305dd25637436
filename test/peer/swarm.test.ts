import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, hearsay, start, warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const csv = folder.write('blobs.csv', blobs())
const tiny = ['--peers', '3', '--data', `csv:${csv}`, '--model', 'linear', '--partition', 'iid']

test('three peers seal on one hash, and everything that was written says the same', async () => {
  const out = `${folder.path}/result.json`
  const saved = `${folder.path}/model.safetensors`
  const state = `${folder.path}/swarm`
  const ran = await hearsay('swarm', ...tiny, '--steps', '60', '--out', out, '--save', saved, '--state', state)
  expect(ran.code, ran.stderr).toBe(0)
  const result = JSON.parse(readFileSync(out, 'utf8'))
  expect(result).toMatchObject({ hearsay: '1', engine: 'libp2p', peers: 3, seed: 1, sealed: true })
  const hash = result.final.parametersHash
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  expect(result.peerResults.map((peer: { sealed: string }) => peer.sealed)).toEqual([hash, hash, hash])
  expect(result.final.consensusDistance).toBe(0)

  const [shown, parameters, checkpoint] = await Promise.all([
    warmHearsay('inspect', out, '--json'),
    warmHearsay('inspect', saved, '--json'),
    warmHearsay('inspect', `${state}/peer-1/checkpoint.safetensors`, '--json'),
  ])
  expect(JSON.parse(shown.stdout)).toMatchObject({ kind: 'result', sealed: true, swarm: result.recipeHash })
  expect(JSON.parse(parameters.stdout)).toMatchObject({ kind: 'parameters', metadata: { parametersHash: hash } })
  expect(JSON.parse(checkpoint.stdout)).toMatchObject({
    kind: 'checkpoint',
    swarm: result.recipeHash,
    peer: result.peerResults[0].peer,
    step: expect.toSatisfy(step => step >= 60),
    sealed: hash,
    parametersHash: hash,
    tensors: [
      { name: 'logits/kernel', shape: [2, 2] },
      { name: 'logits/bias', shape: [2] },
    ],
  })

  expect(ran.stderr).toContain(`  hearsay predict --state ${state}/peer-1 --data csv:new.csv --out predicted.csv\n`)
  const predicted = [['--state', `${state}/peer-2`], [saved]].map(async (model, index) => {
    const to = `${folder.path}/predicted-${index}.csv`
    const { code, stderr } = await warmHearsay('predict', ...model, '--data', `csv:${csv}`, '--out', to)
    expect(code, stderr).toBe(0)
    return readFileSync(to, 'utf8')
  })
  const [ofState, ofFile] = await Promise.all(predicted)
  expect(ofState).toBe(ofFile)
  const agreeing = ofFile.split('\n').filter(line => /(yes|no),\1,/.test(line))
  expect(agreeing.length).toBeGreaterThan(180)

  // People see tables, and the hash.
  expect(ran.stdout).toMatch(/peer +samples +steps +in the swarm +alone +exchanges +MB in +MB out\n/)
  expect(ran.stdout).toMatch(/common model +\d+\.\d %/)
  expect(ran.stdout).toContain(`all 3 peers sealed on\n  ${hash}\n`)
  for (const line of ran.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(78)
  expect(ran.stderr).toMatch(/^[\d:]{8} swarm [0-9a-f]{12}: 3 peers/m)
})

test('Ctrl-C stops a swarm cleanly, each peer with a checkpoint, and the result as far as it came', async () => {
  const state = `${folder.path}/interrupted`
  const out = `${folder.path}/interrupted.json`
  const running = start(['swarm', ...tiny, '--steps', '1000000', '--state', state, '--out', out])
  await running.printed(/training: slowest at step/)
  running.signal('SIGINT')
  const { code, stdout, stderr } = await running.finished
  expect(code, stderr).toBe(130)
  expect(stdout).toBe('')
  const [, afterwards] = stderr.split('interrupted: stopping cleanly; once more ends at once\n')
  expect(afterwards).toMatch(
    /^[\d:]{8} stopped with the slowest peer at step [\d,]+ of 1,000,000\n[\d:]{8} wrote .*interrupted\.json, as far as it came\n$/,
  )
  expect(JSON.parse(readFileSync(out, 'utf8')).partial).toEqual({ reason: 'interrupted' })
  for (const peer of ['peer-1', 'peer-2', 'peer-3']) {
    expect(existsSync(`${state}/${peer}/checkpoint.safetensors`)).toBe(true)
    expect(existsSync(`${state}/${peer}/lock`)).toBe(false)
  }
})
