import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { amongNetworks, isolated, isolation, isolationMissing, networks, networksMissing } from './isolation.ts'

const PEERS = fileURLToPath(new URL('fixtures/mdns-peers.ts', import.meta.url))
const HOSTS = fileURLToPath(new URL('fixtures/mdns-hosts.ts', import.meta.url))
const STRANGER = fileURLToPath(new URL('fixtures/mdns-stranger.ts', import.meta.url))

/** Peers that do not meet never do; on a machine that is busy with other things they take their time to start. */
const MEETING = { timeout: 120_000 }

describe('discovery on the local network', () => {
  test.skipIf(isolation === undefined)(`peers without any address find each other${isolationMissing}`, async () => {
    expect(JSON.parse(await isolated([process.execPath, PEERS], 20_000))).toEqual([2, 2, 2])
  })

  test.skipIf(isolation === undefined)(
    `a flood is answered by a trickle, and nonsense is survived${isolationMissing}`,
    async () => {
      const { asked, seconds, answers, met } = JSON.parse(await isolated([process.execPath, STRANGER], 55_000))
      expect({ asked, met }).toEqual({ asked: 600, met: 1 })
      // One at once, and one for each second.
      expect(answers).toBeGreaterThan(0)
      expect(answers).toBeLessThanOrEqual(seconds + 1)
    },
  )
})

describe.skipIf(networks === undefined)(`peers on links${networksMissing}`, MEETING, () => {
  const shownBy = async (scenario: string) =>
    JSON.parse(await amongNetworks([process.execPath, HOSTS, scenario], 100_000))

  test.each(['the other interface', 'public addresses', 'only IPv6'])('meet: %s', async scenario => {
    expect(await shownBy(scenario)).toBeGreaterThan(0)
  })

  test('meet beside twelve bridges of containers, and nobody is told of those', async () => {
    expect(await shownBy('beside the bridges of containers')).toEqual({ warnings: [] })
  })

  test('an interface that comes is used, and one that comes again', async () => {
    expect(await shownBy('an interface that comes and goes')).toHaveLength(2)
  })

  test('an interface that lets nothing out is told once, in words, and the others are used', async () => {
    expect(await shownBy('an interface that lets nothing out')).toEqual({
      warning: 'mDNS cannot send on eth0 (IPv6): network is unreachable (ENETUNREACH)',
      warnings: 1,
    })
  })
})
