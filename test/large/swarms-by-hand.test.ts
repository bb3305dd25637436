import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { createSwarmKey } from '../../src/public/members.ts'
import { isolated, isolation, isolationMissing } from '../network/isolation.ts'
import { addressOf, createHand, lineOf } from '../peer/by-hand.ts'
import { paste, type Running, warmHearsay } from '../peer/command-line.ts'

const { write, at, found, invite, peer, here } = createHand()
const NEAR_BY = fileURLToPath(new URL('../peer/programs/invited-near-by.ts', import.meta.url))

// Four processes one after the other, each of which loads all libraries.
vi.setConfig({ testTimeout: 240_000 })

describe('a swarm to which its founder invites', () => {
  test('one whom the founder invites by name, then from its state; and a latecomer', async () => {
    await found('named')
    const founder = peer('named', '--state', at('named-founder'), '--stay')
    const address = await addressOf(founder)

    const uninvited = await peer('named', '--state', at('named-guest')).finished
    expect(uninvited).toMatchObject({ code: 2, stdout: '' })
    const [, id] = /^hearsay: .*--for (12D3KooW\w+)/m.exec(uninvited.stderr) ?? []
    const own = await invite('named-founder', '--for', String(id))
    const guest = await peer('named', '--state', at('named-guest'), '--connect', address, '--invite', own).finished
    expect(guest, guest.stderr).toMatchObject({ code: 0 })

    const late = await peer('named', '--connect', address, '--invite', await invite('named-founder')).finished
    expect(late.code, late.stderr).toBe(3)
    expect(late.stderr).toMatch(/\nhearsay: this peer came after the end/)
    // Its state has the invitation.
    const again = await peer('named', '--state', at('named-guest'), '--connect', address).finished
    expect(again, again.stderr).toMatchObject({ code: 0 })
    founder.signal('SIGINT')
    expect(await founder.finished).toMatchObject({ code: 0 })
    const byGuest = await warmHearsay('invite', '--state', at('named-guest'))
    expect(byGuest).toMatchObject({ code: 2, stdout: '' })
    expect(byGuest.stderr).toMatch(/lets its founder alone invite/)
  })

  test('a guest that is revoked in the middle of a run goes, and the others go on', async () => {
    // Whatever it takes the guest to begin, the others still train, and none begins without it.
    await found('revoked', '--steps', '10000000', '--min-peers', '3')
    const founder = peer('revoked', '--state', at('revoked-founder'), '--json')
    await founder.printed(/"event":"waiting"/)
    const [address] = /\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+/.exec(founder.soFar().stdout) ?? []
    const [good, bad] = [await invite('revoked-founder'), await invite('revoked-founder')]
    const guest = (invitation: string) =>
      peer('revoked', '--connect', String(address), '--invite', invitation, '--json', '--quiet')
    const [stays, goes] = [guest(good), guest(bad)]
    const idOf = async (one: Running) => {
      await one.printed(/"event":"started"/)
      return String(/"peerId":"(\w+)"/.exec(one.soFar().stdout)?.[1])
    }
    const [staying, going] = [await idOf(stays), await idOf(goes)]
    const exchangeWith = (id: string) => new RegExp(`"event":"exchange"[^\\n]*"peer":"${id}"`)
    await Promise.all([founder, stays].map(one => one.printed(exchangeWith(going))))

    const { code, stdout } = await warmHearsay('revoke', '--state', at('revoked-founder'), bad)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^revoked the invitation [0-9a-f]{32}: all who came by it/)
    await Promise.all([founder, stays].map(one => one.printed(new RegExp(`"event":"peer:leave"[^\\n]*"${going}"`))))
    // The two that stay go on, and no exchange is made with whom was put out.
    const gone = founder.soFar().stdout.length
    const since = () => founder.soFar().stdout.slice(gone)
    await expect.poll(() => exchangeWith(staying).test(since()), { timeout: 30_000 }).toBe(true)
    expect(since()).not.toMatch(exchangeWith(going))
    // By this invitation nobody comes any more, and whoever tries is told why.
    const returning = guest(bad)
    await returning.printed(/refuses this peer, which was revoked by the founder/)
    const all = [founder, stays, goes, returning]
    for (const one of all) one.signal('SIGINT')
    await Promise.all(all.map(({ finished }) => finished))
  })

  test.skipIf(isolation === undefined)(`two that find each other by mDNS${isolationMissing}`, async () => {
    const ends = JSON.parse(await isolated([process.execPath, NEAR_BY], 80_000))
    expect(ends).toEqual([
      { exit: 0, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { exit: 0, hash: ends[0].hash },
    ])
  })
})

describe('a swarm whose members share a key', () => {
  test('lets in who has it, and tells who has another', async () => {
    await found('keyed', '--membership', 'key')
    const first = peer('keyed', '--invite', at('keyed.key'))
    const line = await lineOf(first)
    expect(line).toContain(`--invite ${at('keyed.key')}`)
    expect(first.soFar().stderr).not.toContain('hearsay-key-')
    const other = write('other.key', createSwarmKey())
    const wrong = peer('keyed', '--connect', await addressOf(first), '--invite', other)
    await wrong.printed(/refuses this peer, which has another key than this swarm/)
    wrong.signal('SIGINT')
    await wrong.finished
    const second = await paste(here(line)).finished
    expect(second, second.stderr).toMatchObject({ code: 0 })
    expect(await first.finished).toMatchObject({ code: 0 })
  })
})
