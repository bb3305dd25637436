import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { createHand, HERE, INVITATION, lineOf } from './by-hand.ts'
import { type Finished, hearsay, paste, start, warmHearsay } from './command-line.ts'

const { write, at, data, found, invite, peer, here } = createHand()

const sealed = ({ stderr }: Finished) => /sealed on ([0-9a-f]{64})/.exec(stderr)?.[1]

beforeAll(async () => {
  await found('ours')
  await found('theirs')
})

describe('a swarm to which its founder invites', () => {
  test('two peers that were started by hand, the second by the line that the first printed', async () => {
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
    await refused(/is damaged/, '--invite', write('changed.invitation', changed))
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
    const file = write('theirs.invitation', `${text}\n`)
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
  test('is made with its key in a file, and not in the recipe', async () => {
    const { stdout } = await found('keyed', '--membership', 'key')
    expect(stdout).not.toContain('hearsay-key-')
    expect(stdout).toContain('keyed.key')
    expect(statSync(at('keyed.key')).mode & 0o777).toBe(0o600)
    const recipe = JSON.parse(readFileSync(at('keyed.json'), 'utf8'))
    expect(recipe.security).toMatchObject({ membership: 'key' })
    expect(JSON.stringify(recipe)).not.toContain('hearsay-key-')
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
