import { expect, test } from 'vitest'
import { hearsay } from './command-line.ts'

test('doctor tries everything and says what it found', async () => {
  const { code, stdout, stderr } = await hearsay('doctor', '--json')
  const { ok, checks } = JSON.parse(stdout)
  expect(checks.map(({ name }: { name: string }) => name)).toEqual([
    'Node.js',
    'backend wasm',
    'backend cpu',
    'port',
    'network',
    'mDNS',
    'clock',
  ])
  for (const { name, outcome } of checks) {
    // Whether there is multicast is the machine's business.
    if (name !== 'mDNS') expect({ name, outcome }, stderr).toEqual({ name, outcome: 'ok' })
  }
  expect({ code, ok }).toEqual({ code: 0, ok: true })
})
