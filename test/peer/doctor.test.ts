import { expect, test } from 'vitest'
import { backendNames } from '../../src/public/models.ts'
import { hearsay } from './command-line.ts'

const OPTIONAL = ['mDNS', 'backend tfjs-node-gpu', 'backend webgpu', 'backend tfjs-node']

test('doctor tries everything and says what it found', async () => {
  const { code, stdout, stderr } = await hearsay('doctor', '--json')
  const { ok, checks } = JSON.parse(stdout)
  expect(checks.map(({ name }: { name: string }) => name)).toEqual([
    'Node.js',
    ...backendNames.map(name => `backend ${name}`),
    'port',
    'network',
    'mDNS',
    'clock',
  ])
  for (const { name, outcome } of checks) {
    // Whether there is multicast, a GPU or a native library is the machine's business.
    if (!OPTIONAL.includes(name)) expect({ name, outcome }, stderr).toEqual({ name, outcome: 'ok' })
  }
  expect({ code, ok }).toEqual({ code: 0, ok: true })
})
