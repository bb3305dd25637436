import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Finished, type Running, start, warmHearsay } from './command-line.ts'

const BROKEN = ['--import', fileURLToPath(new URL('./programs/broken-backends.ts', import.meta.url))]

/** The command line where `tfjs-node-gpu` and `tfjs-node` are installed and broken. */
function startWithBroken(...args: readonly string[]): Running {
  process.env.NODE_OPTIONS = BROKEN.join(' ')
  try {
    return start(args)
  } finally {
    delete process.env.NODE_OPTIONS
  }
}

async function withBroken(...args: readonly string[]): Promise<Finished> {
  return await startWithBroken(...args).finished
}

test('doctor outlives a backend that takes its process down, and says what is wrong with each', async () => {
  const { code, stdout } = await withBroken('doctor', '--json')
  const { checks, backend } = JSON.parse(stdout)
  const found = (name: string) => checks.find((check: { name: string }) => check.name === `backend ${name}`)
  expect(found('tfjs-node-gpu')).toMatchObject({
    outcome: 'broken',
    found: expect.stringContaining('libcudart.so.11.0'),
    advice: expect.stringContaining('CUDA 11.2'),
  })
  expect(found('tfjs-node')).toMatchObject({
    outcome: 'broken',
    found: expect.stringMatching(/SIGABRT/),
    advice: expect.stringContaining('npm install'),
  })
  expect({ code, backend }).toEqual({ code: 0, backend: 'wasm' })
})

test('a named backend that is broken ends the peer with the reason, for the GPU asked for, the remedy, and what works here', async () => {
  // The GPU that is asked for is told to the process that computes, through its environment.
  const { code, stderr } = await withBroken('peer', '--backend', 'tfjs-node-gpu', '--gpu', '2')
  expect(stderr).toMatch(/tfjs-node-gpu.*libcudart\.so\.11\.0.*for GPU 2\b.*CUDA 11\.2.*These work here: .*wasm, cpu/)
  expect(code).toBe(1)
})

test('a peer passes over broken backends without a word, which is for doctor to say, and computes with wasm', async () => {
  const peer = startWithBroken('peer', '--json', '--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0')
  await peer.printed(/"started"/)
  peer.signal('SIGINT')
  const { stdout } = await peer.finished
  const events = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(events.filter(({ event }) => event === 'warning')).toEqual([])
  expect(events.find(({ event }) => event === 'started')).toMatchObject({
    backend: 'wasm',
    trainer: 'fused',
    device: null,
  })
})

test('a GPU of a backend that uses none is a wrong usage', async () => {
  const { code, stderr } = await warmHearsay('peer', '--backend', 'wasm', '--gpu', '0')
  expect(stderr).toMatch(/wasm uses no GPU/)
  expect(code).toBe(2)
})

test.each(['x', '0,', '-1', ''])('swarm --gpus %j is refused with what is accepted', async text => {
  const { code, stderr } = await warmHearsay('swarm', '--peers', '2', `--gpus=${text}`)
  expect(stderr).toMatch(/expected all, or numbers of GPUs/i)
  expect(code).toBe(2)
})
