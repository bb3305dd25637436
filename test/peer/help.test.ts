import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { hearsay, PROGRAM, warmHearsay } from './command-line.ts'

test.each(['swarm', 'peer', 'simulate', 'init', 'inspect', 'export', 'doctor'])(
  '%s --help shows an example of use',
  async command => {
    const { code, stdout, stderr } = await warmHearsay(command, '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: hearsay ${command}`))
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(78)
    for (const flag of ['--json', '--quiet', '--help']) expect(stdout).toContain(flag)
  },
)

test('help names every topology and rule', async () => {
  const { peerRuleNames, topologyNames } = await import('../../src/public/algorithms.ts')
  const { stdout } = await warmHearsay('swarm', '--help')
  for (const name of [...peerRuleNames, ...topologyNames]) expect(stdout).toContain(name)
})

test('help of simulate names every topology, rule, aggregator, compression and attack', async () => {
  const library = await import('../../src/public/algorithms.ts')
  const { aggregatorNames, attackNames, codecNames, ruleNames, topologyNames } = library
  const { stdout } = await warmHearsay('simulate', '--help')
  for (const name of [...aggregatorNames, ...attackNames, ...codecNames, ...ruleNames, ...topologyNames])
    expect(stdout).toContain(name)
})

test('help says of every data source how it is written, as the library does', async () => {
  const { loadDataset } = await import('../../src/index.ts')
  const refusal: Error = await loadDataset('nowhere', { seed: 1 }).then(
    () => new Error('it was loaded'),
    error => error,
  )
  const forms = refusal.message.split('accepted: ')[1].split(', ')
  expect(forms).toHaveLength(6)
  const [help, none] = [await warmHearsay('peer', '--help'), await warmHearsay('peer', '--data', '')]
  for (const form of forms) expect(help.stdout).toContain(form)
  for (const form of forms) expect(none.stderr).toContain(form.replace(/\[.*| or .*/, ''))
})

test('help of simulate explains flags by those that it shows', async () => {
  const { stdout } = await warmHearsay('simulate', '--help')
  expect(stdout).not.toContain('--steps-per-exchange')
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('(default: "wasm", with --engine libp2p "auto")')
})

test.concurrent('hearsay --help names the commands, and --version the version', async () => {
  const [help, version] = await Promise.all([hearsay('--help'), hearsay('--version')])
  expect(help.code).toBe(0)
  for (const command of ['swarm', 'peer', 'simulate', 'init', 'inspect', 'export', 'doctor'])
    expect(help.stdout).toContain(command)
  expect(version).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' })
})

test('help says what exit codes mean', async () => {
  const { stdout } = await warmHearsay('--help')
  for (const code of ['0 +done', '1 +failed', '2 +wrong usage', '3 +ended in order', '130 +interrupted'])
    expect(stdout).toMatch(new RegExp(`^ +${code}`, 'm'))
  for (const command of ['peer', 'swarm', 'simulate', 'inspect', 'doctor'])
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
