import { expect, test } from 'vitest'
import { start, startProgram } from '../peer/command-line.ts'

const DEADLINE_MS = 120_000
const LOOPBACK = ['--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--steps', '100']

test('who watches sees the members train, agree and seal, and has their model', { timeout: DEADLINE_MS }, async () => {
  const first = start(['peer', ...LOOPBACK, '--shard', '1/2'])
  await first.printed(/--connect \S+/)
  const [, address] = /--connect (\S+)/.exec(first.soFar().stdout + first.soFar().stderr) ?? []
  // It is no member with data: the first goes on waiting for one.
  const watching = startProgram('examples/watch/main.ts', ['--connect', address])
  await watching.printed(/members: 1\b.*\n….{6} {2}waiting/)
  const second = start(['peer', ...LOOPBACK, '--shard', '2/2', '--connect', address])

  const { code, stdout } = await watching.finished
  expect(code).toBe(0)
  expect(stdout).toMatch(/members: 2, \S+ apart/)
  expect(stdout).toMatch(/^….{6} {2}training {3}step \d+ .* \d\.\de-\d █+$/m)
  const [, sealed] = /^sealed ([0-9a-f]{64})$/m.exec(stdout) ?? []
  for (const peer of [first, second]) {
    const { code, stderr, stdout } = await peer.finished
    expect(code).toBe(0)
    expect(stdout + stderr).toContain(`sealed on ${sealed}`)
  }
})
