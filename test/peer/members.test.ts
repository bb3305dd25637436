import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { createSwarmKey } from '../../src/public/members.ts'
import { isolated, isolation, isolationMissing } from '../network/isolation.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, type Finished, hearsay, paste, type Running, start, warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const at = (name: string) => `${folder.path}/${name}`
const data = `csv:${folder.write('blobs.csv', blobs())}`
const NEAR_BY = fileURLToPath(new URL('programs/invited-near-by.ts', import.meta.url))

/** Named: trying what else is installed takes longer than these runs. */
const HERE = ['--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--backend', 'wasm', '--wait', '60']

/** The line that is printed to be pasted. */
const LINE = /^ {2}(hearsay peer .* --connect \S*127\.0\.0\.1\S* --invite \S+)$/m
const INVITATION = /^hearsay-invite-[\w-]+\n$/

/** A swarm of a recipe of its own, found by its name. */
async function found(name: string, ...flags: readonly string[]): Promise<Finished> {
  const made = ['--data', data, '--model', 'linear', '--steps', '60', '--out', at(`${name}.json`)]
  const finished = await warmHearsay('init', '--yes', ...made, ...flags)
  expect(finished, finished.stderr).toMatchObject({ code: 0 })
  return finished
}

async function invite(state: string, ...flags: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await warmHearsay('invite', '--state', at(state), ...flags)
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: expect.stringMatching(INVITATION) })
  return stdout.trim()
}

function peer(recipe: string, ...flags: readonly string[]): Running {
  return start(['peer', at(`${recipe}.json`), '--data', data, ...HERE, ...flags])
}

/** The line that a waiting peer prints, as it would be pasted. */
async function lineOf(waiting: Running): Promise<string> {
  await waiting.printed(LINE)
  return (LINE.exec(waiting.soFar().stderr) as RegExpExecArray)[1]
}

async function addressOf(waiting: Running): Promise<string> {
  return (/--connect (\S+)/.exec(await lineOf(waiting)) as RegExpExecArray)[1]
}

/** On this machine, and on the caller's data: what the line leaves to whoever pastes it. */
const here = (line: string) => `${line.replace('--data SOURCE', `--data '${data}'`)} ${HERE.join(' ')}`

const sealed = ({ stderr }: Finished) => /sealed on ([0-9a-f]{64})/.exec(stderr)?.[1]

beforeAll(async () => {
  await found('ours')
  await found('theirs')
})

describe('a swarm to which its founder invites', () => {
  test.concurrent('two peers that were started by hand, the second by the line that the first printed', async () => {
    await found('pasted')
    const founder = peer('pasted', '--state', at('pasted-founder'))
    const guest = paste(here(await lineOf(founder)))
    const ends = await Promise.all([founder.finished, guest.finished])
    expect(
      ends.map(({ code }) => code),
      ends.map(({ stderr }) => stderr).join('\n'),
    ).toEqual([0, 0])
    expect(sealed(ends[0])).toMatch(/^[0-9a-f]{64}$/)
    expect(sealed(ends[1])).toBe(sealed(ends[0]))
    expect(ends[0].stderr).toMatch(/ invited: only those may join whom this peer, the founder, has invited$/m)
    expect(ends[0].stderr).toMatch(/whoever holds it gets in, until \d{4}-\d\d-\d\d at \d\d:\d\d UTC/)
    expect(ends[1].stderr).toMatch(
      / invited: only those may join whom the founder has invited; this peer itself until /,
    )
  })

  test.concurrent('one whom the founder invites by name, then from its state; and a latecomer', async () => {
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
  }, 100_000)

  test.concurrent('a guest that is revoked in the middle of a run goes, and the others go on', async ({ expect }) => {
    await found('revoked', '--steps', '100000')
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
  }, 100_000)

  test.skipIf(isolation === undefined)(
    `two that find each other by mDNS${isolationMissing}`,
    async () => {
      const ends = JSON.parse(await isolated([process.execPath, NEAR_BY], 80_000))
      expect(ends).toEqual([
        { exit: 0, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
        { exit: 0, hash: ends[0].hash },
      ])
    },
    90_000,
  )
})

describe('a peer without an invitation that holds is told so before it starts:', () => {
  const refused = async (words: RegExp, ...flags: readonly string[]) => {
    const { code, stdout, stderr } = await warmHearsay('peer', at('ours.json'), '--data', data, ...HERE, ...flags)
    expect(stderr).toMatch(words)
    expect(stderr).toMatch(/^hearsay: [^\n]+\n$/)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  }

  test('one that has none, with what to ask for', async () => {
    await refused(/hearsay invite/)
    expect(existsSync(at('nobody'))).toBe(false)
    await refused(/--for 12D3KooW/, '--state', at('nobody'))
    // The id that it told stays its own.
    const ids = []
    for (let i = 0; i < 2; i++) {
      const { stderr } = await warmHearsay('peer', at('ours.json'), '--data', data, ...HERE, '--state', at('nobody'))
      ids.push(/--for (\w+)/.exec(stderr)?.[1])
    }
    expect(ids[0]).toMatch(/^12D3KooW/)
    expect(ids[1]).toBe(ids[0])
  })

  test('one with the invitation of another peer', async () => {
    const { stderr } = await warmHearsay('peer', at('ours.json'), '--data', data, ...HERE, '--state', at('other'))
    const other = await invite('ours-founder', '--for', String(/--for (\w+)/.exec(stderr)?.[1]))
    await refused(/invitation is for the peer 12D3KooW/, '--invite', other)
  })

  test('one with an invitation to another recipe', async () => {
    await refused(/to another recipe/, '--invite', await invite('theirs-founder'))
  })

  test('one with an invitation that was cut short, or changed', async () => {
    const whole = await invite('ours-founder')
    await refused(/is cut short/, '--invite', whole.slice(0, -9))
    const changed = whole.slice(0, 100) + (whole[100] === 'a' ? 'b' : 'a') + whole.slice(101)
    await refused(/is damaged/, '--invite', folder.write('changed.invitation', changed))
  })

  test('one whose invitation has ended', async () => {
    const ended = await invite('ours-founder', '--until', '30m')
    const anHourLater = `data:text/javascript,${encodeURIComponent('const now = Date.now; Date.now = () => now() + 3_600_000')}`
    const args = ['peer', at('ours.json'), '--data', data, ...HERE, '--invite', ended]
    const { code, stderr } = await start(args, { nodeFlags: ['--import', anHourLater] }).finished
    expect(stderr).toMatch(/^hearsay: [^\n]*that ended on \d{4}-[^\n]*\n$/)
    expect(code).toBe(2)
  })
})

describe('hearsay invite', () => {
  test('says on stderr for whom and until when, and nothing but the text on stdout', async () => {
    const { stdout, stderr } = await warmHearsay('invite', '--state', at('ours-founder'), '--until', '2999-12-31')
    expect(stdout).toMatch(INVITATION)
    expect(stderr).toMatch(/for whoever holds it/)
    expect(stderr).toMatch(/until 2999-/)
    expect(stderr).not.toContain(stdout.trim())
  })

  test('writes a file that its owner alone can read', async () => {
    const file = at('guest.invitation')
    const { code, stdout } = await warmHearsay('invite', '--state', at('ours-founder'), '--out', file)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(readFileSync(file, 'utf8')).toMatch(INVITATION)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('tells a program the same', async () => {
    const { stdout } = await warmHearsay('invite', '--state', at('ours-founder'), '--json', '--quiet')
    expect(JSON.parse(stdout)).toMatchObject({
      invitation: expect.stringMatching(/^hearsay-invite-/),
      for: null,
      until: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      swarm: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  test.each([
    ['a past end', ['--until', '2020-01-01'], /--until <DATE> cannot be '2020-01-01'; expected what is still to come/],
    ['no peer id', ['--for', 'anna'], /--for\) is "anna"; expected a peer id/],
  ])('refuses %s', async (_what, flags, words) => {
    const { code, stdout, stderr } = await warmHearsay('invite', '--state', at('ours-founder'), ...flags)
    expect(stderr).toMatch(words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  test("refuses a folder that is nobody's state", async () => {
    const nobody = await warmHearsay('invite', '--state', at('nowhere'))
    expect(nobody).toMatchObject({ code: 2, stdout: '' })
    expect(nobody.stderr).toMatch(/nowhere/)
    expect(existsSync(at('nowhere'))).toBe(false)
  })
})

describe('hearsay revoke', () => {
  const GUEST = '12D3KooWLPzDMtGdMVs5ZRoH4fS5KCgjC1VgXaMjkKYPMyNtmovp'

  test('takes a peer, an invitation, and a file of one, and says who goes', async () => {
    const text = await invite('theirs-founder')
    const file = folder.write('theirs.invitation', `${text}\n`)
    const { id } = JSON.parse((await warmHearsay('inspect', text, '--json')).stdout)
    for (const whom of [text, file, id]) {
      const { code, stdout, stderr } = await warmHearsay('revoke', '--state', at('theirs-founder'), whom)
      expect(code, stderr).toBe(0)
      expect(stdout).toBe(`revoked the invitation ${id}: all who came by it, and all whom they have invited\n`)
      expect(stderr).not.toContain('come again as another peer')
    }
    const { stderr, stdout } = await warmHearsay('revoke', '--state', at('theirs-founder'), GUEST, '--json')
    expect(JSON.parse(stdout)).toEqual({ revoked: [{ peer: GUEST }] })
    expect(stderr).toMatch(/can come again as another peer: revoke that invitation too/)
  })

  test('refuses the founder itself, and an invitation to another recipe', async () => {
    const { founder } = JSON.parse(readFileSync(at('ours.json'), 'utf8')).security
    const itself = await warmHearsay('revoke', '--state', at('ours-founder'), founder)
    expect(itself).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/it cannot revoke it\n$/) })
    const other = await warmHearsay('revoke', '--state', at('ours-founder'), await invite('theirs-founder'))
    expect(other).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/is to another recipe/) })
  })
})

describe('a swarm whose members share a key', () => {
  test('lets in who has it, and tells who has another', async () => {
    const { stdout } = await found('keyed', '--membership', 'key')
    expect(stdout).not.toContain('hearsay-key-')
    expect(stdout).toContain('keyed.key')
    expect(statSync(at('keyed.key')).mode & 0o777).toBe(0o600)
    const recipe = JSON.parse(readFileSync(at('keyed.json'), 'utf8'))
    expect(recipe.security).toMatchObject({ membership: 'key' })
    expect(JSON.stringify(recipe)).not.toContain('hearsay-key-')

    const first = peer('keyed', '--invite', at('keyed.key'))
    const line = await lineOf(first)
    expect(line).toContain(`--invite ${at('keyed.key')}`)
    expect(first.soFar().stderr).not.toContain('hearsay-key-')
    const other = folder.write('other.key', createSwarmKey())
    const wrong = peer('keyed', '--connect', await addressOf(first), '--invite', other)
    await wrong.printed(/refuses this peer, which has another key than this swarm/)
    wrong.signal('SIGINT')
    await wrong.finished
    const second = await paste(here(line)).finished
    expect(second, second.stderr).toMatchObject({ code: 0 })
    expect(await first.finished).toMatchObject({ code: 0 })
  })

  test('asks for the key where there is none', async () => {
    await found('locked', '--membership', 'key')
    const { code, stderr } = await warmHearsay('peer', at('locked.json'), '--data', data, ...HERE)
    expect(stderr).toMatch(/^hearsay: [^\n]*key[^\n]*--invite[^\n]*\n$/)
    expect(code).toBe(2)
    writeFileSync(at('word.key'), 'secret\n')
    const chosen = await warmHearsay('peer', at('locked.json'), '--data', data, ...HERE, '--invite', at('word.key'))
    expect(chosen).toMatchObject({ code: 2 })
    expect(chosen.stderr).toMatch(/is no key/)
  })
})

test('an open swarm is called open', async () => {
  await found('free', '--membership', 'open')
  const { code, stderr } = await hearsay('peer', at('free.json'), '--data', data, ...HERE.slice(0, -2), '--wait', '1')
  expect(code).toBe(1)
  expect(stderr).toMatch(/ open: anyone who has this recipe may join and change the model$/m)
  expect(stderr).not.toContain('--invite')
})
