import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { DISCOVERY_INTERVAL_MS, INTERFACE_WATCH_MS } from '../../src/network/constants.ts'
import { amongNetworks, isolated, isolation, isolationMissing, networks, networksMissing } from './isolation.ts'

const PEERS = fileURLToPath(new URL('fixtures/mdns-peers.ts', import.meta.url))
const HOSTS = fileURLToPath(new URL('fixtures/mdns-hosts.ts', import.meta.url))
const STRANGER = fileURLToPath(new URL('fixtures/mdns-stranger.ts', import.meta.url))

/** As soon as both are there: a question, an answer within its jitter, a dial within its own, and a handshake on a busy machine. */
const AT_ONCE_SECONDS = 2
/** Where the first question was lost: another interval. */
const ASKED_AGAIN_SECONDS = AT_ONCE_SECONDS + (DISCOVERY_INTERVAL_MS + INTERFACE_WATCH_MS) / 1000

describe('discovery on the local network', () => {
  test.skipIf(isolation === undefined)(`peers without any address find each other${isolationMissing}`, async () => {
    expect(JSON.parse(await isolated([process.execPath, PEERS], 20_000))).toEqual([2, 2, 2])
  })

  test.skipIf(isolation === undefined)(
    `a flood is answered by a trickle, and nonsense is survived${isolationMissing}`,
    async () => {
      const { asked, answers, met } = JSON.parse(await isolated([process.execPath, STRANGER], 30_000))
      expect({ asked, met }).toEqual({ asked: 600, met: 1 })
      // Within two seconds and a little: one at once and one for each second.
      expect(answers).toBeGreaterThan(0)
      expect(answers).toBeLessThanOrEqual(4)
    },
  )
})

describe.skipIf(networks === undefined)(`peers on links${networksMissing}`, () => {
  const shownBy = async (scenario: string) =>
    JSON.parse(await amongNetworks([process.execPath, HOSTS, scenario], 50_000))

  test.each(['the other interface', 'public addresses', 'only IPv6'])('meet: %s', async scenario => {
    expect(await shownBy(scenario)).toBeLessThan(AT_ONCE_SECONDS)
  })

  test('an interface that comes is used, and one that comes again', async () => {
    const [first, second] = await shownBy('an interface that comes and goes')
    expect(Math.max(first, second)).toBeLessThan(ASKED_AGAIN_SECONDS)
  })

  test('an interface that lets nothing out is told once, in words, and the others are used', async () => {
    expect(await shownBy('an interface that lets nothing out')).toEqual({
      warning: 'mDNS cannot send on eth0 (IPv6): network is unreachable (ENETUNREACH)',
      warnings: 1,
    })
  })
})
