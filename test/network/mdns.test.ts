import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { outputOf } from './process.ts'

const FIXTURE = fileURLToPath(new URL('fixtures/mdns-peers.ts', import.meta.url))
/** A network of its own for the child, so that multicast stays in it. */
const LOOPBACK_MULTICAST = 'ip link set lo up && ip route add 224.0.0.0/4 dev lo'
const isolation = [['-n'], ['-rn']].find(
  flags => spawnSync('unshare', [...flags, 'sh', '-c', LOOPBACK_MULTICAST]).status === 0,
)

describe('discovery on the local network', () => {
  const needs =
    isolation === undefined ? ' (skipped: needs unshare and ip, and the right to make a network namespace)' : ''
  test.skipIf(isolation === undefined)(`peers without any address find each other${needs}`, async () => {
    const script = `${LOOPBACK_MULTICAST} && exec "$0" "$1"`
    const output = await outputOf(
      'unshare',
      [...(isolation ?? []), 'sh', '-c', script, process.execPath, FIXTURE],
      20_000,
    )
    expect(JSON.parse(output)).toEqual([2, 2, 2])
  })
})
