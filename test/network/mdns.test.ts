import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { isolated, isolation, isolationMissing } from './isolation.ts'

const FIXTURE = fileURLToPath(new URL('fixtures/mdns-peers.ts', import.meta.url))

describe('discovery on the local network', () => {
  test.skipIf(isolation === undefined)(`peers without any address find each other${isolationMissing}`, async () => {
    expect(JSON.parse(await isolated([process.execPath, FIXTURE], 20_000))).toEqual([2, 2, 2])
  })
})
