import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import {
  AGGREGATORS,
  ATTACKS,
  type Choices,
  COMPRESSIONS,
  formsOf,
  MEMBERSHIPS,
  MODELS,
  PARTITIONS,
  PEER_AGGREGATORS,
  SOURCES,
  TOPOLOGIES,
} from '../../src/catalogue.ts'
import { hearsay, PROGRAM, warmHearsay } from './command-line.ts'

/** A module that writes the address of every other to stderr. */
const TELLS_WHAT_IS_LOADED = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    load(url, context, next) {
      process.stderr.write(url + '\\n')
      return next(url, context)
    },
  })
`)}`

test.each(['swarm', 'peer', 'simulate', 'init', 'invite', 'revoke', 'inspect', 'export', 'doctor'])(
  '%s --help shows an example of use',
  async command => {
    const { code, stdout, stderr } = await warmHearsay(command, '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: hearsay ${command}`))
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(78)
    for (const flag of ['--json', '--quiet', '--help']) expect(stdout).toContain(flag)
  },
)

/** The help as people read it: where lines were broken does not matter. */
async function helpOf(command: string): Promise<string> {
  const { stdout } = await warmHearsay(command, '--help')
  return stdout.replaceAll(/\s+/g, ' ')
}

test.each([
  ['peer', [SOURCES, PARTITIONS]],
  ['init', [SOURCES, MODELS, TOPOLOGIES, PEER_AGGREGATORS, COMPRESSIONS, MEMBERSHIPS]],
  ['swarm', [SOURCES, MODELS, TOPOLOGIES, PEER_AGGREGATORS, COMPRESSIONS, PARTITIONS]],
  ['simulate', [SOURCES, MODELS, TOPOLOGIES, AGGREGATORS, COMPRESSIONS, ATTACKS, PARTITIONS]],
])('help of %s says of all that it takes how it is written and what it is', async (command, catalogues) => {
  const help = await helpOf(command)
  for (const choices of catalogues as readonly Choices[])
    for (const [form, hint] of Object.entries(choices)) expect(help).toContain(`${form} (${hint})`)
})

test('help names every rule that peers carry out, and of simulate all', async () => {
  const { peerRuleNames, ruleNames } = await import('../../src/public/algorithms.ts')
  const [swarm, simulate] = [await helpOf('swarm'), await helpOf('simulate')]
  for (const name of peerRuleNames) expect(swarm).toContain(name)
  for (const name of ruleNames) expect(simulate).toContain(name)
})

test('a source that is none is refused with the forms of all', async () => {
  const { stderr } = await warmHearsay('peer', '--data', '')
  for (const form of formsOf(SOURCES)) expect(stderr).toContain(form.replace(/\[.*| or .*/, ''))
})

test('help of simulate explains flags by those that it shows', async () => {
  const { stdout } = await warmHearsay('simulate', '--help')
  expect(stdout).not.toContain('--steps-per-exchange')
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('(default: "wasm", with --engine libp2p "auto")')
})

test.concurrent('hearsay --help names the commands, and --version the version', async () => {
  const [help, version] = await Promise.all([hearsay('--help'), hearsay('--version')])
  expect(help.code).toBe(0)
  for (const command of ['swarm', 'peer', 'simulate', 'init', 'invite', 'revoke', 'inspect', 'export', 'doctor'])
    expect(help.stdout).toContain(command)
  expect(version).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' })
})

test('help says what exit codes mean', async () => {
  const { stdout } = await warmHearsay('--help')
  for (const code of ['0 +done', '1 +failed', '2 +wrong usage', '3 +ended in order', '130 +interrupted'])
    expect(stdout).toMatch(new RegExp(`^ +${code}`, 'm'))
  for (const command of ['peer', 'swarm', 'simulate', 'invite', 'revoke', 'inspect', 'doctor'])
    expect((await warmHearsay(command, '--help')).stdout).toMatch(/^Exit codes?\b/m)
})

test('help of peer names what decides when it begins and ends', async () => {
  const { stdout } = await warmHearsay('peer', '--help')
  for (const flag of ['--wait <SECONDS>', '--alone', '--stay', '--more <STEPS>', '--epochs <N>'])
    expect(stdout).toContain(flag)
})

test('help that is cut short, as by head, ends without a word', async () => {
  const command = `"${process.execPath}" "${PROGRAM}" --help | head -1`
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command])
  expect({ stdout, stderr }).toEqual({ stdout: 'Usage: hearsay [options] [command]\n', stderr: '' })
})

/** Libraries that help does not need, and which take their time to load. */
const HEAVY = /node_modules\/(@tensorflow|@libp2p|libp2p|zod|csv-parse|sharp|echarts|@clack|prom-client)/

test.each(['', 'peer', 'swarm', 'simulate', 'init', 'invite', 'revoke'])(
  'help costs no library but that of the command line: hearsay %s --help',
  async command => {
    const program = [PROGRAM, ...(command === '' ? [] : [command]), '--help']
    const { stderr } = await promisify(execFile)(process.execPath, ['--import', TELLS_WHAT_IS_LOADED, ...program])
    const loaded = stderr.trim().split('\n')
    expect(loaded.filter(url => HEAVY.test(url))).toEqual([])
    expect(loaded.some(url => url.includes('node_modules/commander'))).toBe(true)
  },
)
