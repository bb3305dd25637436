/** What `deploy/` and the Dockerfile say of hearsay, held against hearsay. That they work is tried by `npm run accept -- see container`. */

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import { DONE, FAILED, INTERRUPTED, NOT_IN_MODEL, WRONG_USAGE } from '../../peer/exit-codes.ts'
import { warmHearsay } from '../peer/command-line.ts'

const ROOT = join(import.meta.dirname, '../..')

interface Service {
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly volumes: readonly string[]
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
}

const read = (path: string) => readFile(join(ROOT, path), 'utf8')
const dockerfile = (await read('Dockerfile')).replaceAll('\\\n', ' ').split('\n')
const compose: Compose = parse(await read('deploy/compose.yaml'), { merge: true })
const unit = (await read('deploy/hearsay@.service')).split('\n').filter(line => /^\w+=/.test(line))
const peers = Object.entries(compose.services).filter(([name]) => name.startsWith('peer-'))

/** The arguments of a Dockerfile's instruction in its last stage. */
const instruction = (name: string) =>
  dockerfile.findLast(line => line.startsWith(`${name} `))?.slice(name.length + 1) ?? ''

/** What a unit assigns to a key, all its lines together. */
const assigned = (key: string) =>
  unit.filter(line => line.startsWith(`${key}=`)).flatMap(line => line.slice(key.length + 1).split(' '))

const port = (args: readonly string[]) =>
  /--metrics[ =](?:\S+:)?(\d+)/.exec(args.join(' '))?.[1] ?? expect.fail('it serves no metrics')

/** Every line that starts hearsay, as its command and its options. */
const STARTED: readonly (readonly [where: string, line: string])[] = [
  ['Dockerfile', `hearsay ${JSON.parse(instruction('CMD')).join(' ')}`],
  ['hearsay@.service', assigned('ExecStart').join(' ')],
  ['recipe of compose.yaml', compose.services.recipe?.command[0] ?? ''],
  ...peers.map(([name, { entrypoint, command }]) => [name, [...entrypoint, ...command].join(' ')] as const),
]

test.each(STARTED)('%s starts hearsay with options that there are', async (_, line) => {
  const [, command = '', options = ''] = /hearsay ([a-z]+)(.*)/.exec(line) ?? []
  const flags = options.match(/--[a-z-]+/g) ?? []
  expect(flags.length).toBeGreaterThan(1)
  const { stdout } = await warmHearsay(command, '--help')
  for (const flag of flags) expect(stdout).toMatch(new RegExp(`^ +${flag}\\b`, 'm'))
})

test('what the Dockerfile copies is there, and no more is sent to the builder', async () => {
  const copied = dockerfile
    .filter(line => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap(line => line.split(/ +/).slice(1, -1))
  for (const path of copied) expect(existsSync(join(ROOT, path)), path).toBe(true)
  const sent = (await read('.dockerignore')).split('\n').filter(line => line.startsWith('!'))
  const asAWhole = copied.filter(path => !copied.some(other => path.startsWith(`${other}/`)))
  expect(sent.map(line => line.slice(1)).toSorted()).toEqual([...new Set(asAWhole)].toSorted())
})

test('the image has the Node on which everything is tested, and nobody is root in it', () => {
  expect(dockerfile.find(line => line.startsWith('ARG NODE_IMAGE='))).toContain(
    `/node:${manifest.devDependencies.node}-`,
  )
  expect(Number(instruction('USER'))).toBeGreaterThan(0)
})

test('the health check asks where a peer answers, in the image as in every service', () => {
  const [, asked] = /127\.0\.0\.1:(\d+)\/healthz/.exec(instruction('HEALTHCHECK')) ?? []
  expect(port(JSON.parse(instruction('CMD')))).toBe(asked)
  for (const [, { entrypoint }] of peers) expect(port(entrypoint)).toBe(asked)
  expect(instruction('EXPOSE').split(' ')).toContain(asked)
})

test('five peers begin together, each with its part and its state, and dial one of them', () => {
  expect(peers).toHaveLength(5)
  expect(compose.services.recipe?.command[0]).toContain(`--min-peers ${peers.length} `)
  for (const [i, [, { entrypoint, command, volumes }]] of peers.entries()) {
    expect(command).toEqual([`--shard=${i + 1}/${peers.length}`])
    expect(volumes).toContain(`state-${i + 1}:/state`)
    const [, dialled = '', at] = /--connect=\/dns4\/(\S+)\/tcp\/(\d+)/.exec(entrypoint.join(' ')) ?? []
    expect(Object.keys(compose.services)).toContain(dialled)
    expect(entrypoint).toContain(`--listen=/ip4/0.0.0.0/tcp/${at}`)
  }
  const named = Object.values(compose.services).flatMap(({ volumes }) => volumes.map(volume => volume.split(':')[0]))
  expect(new Set(named.filter(name => !name?.startsWith('.')))).toEqual(new Set(Object.keys(compose.volumes)))
})

test('Prometheus scrapes every peer of the compose file', async () => {
  const [
    {
      static_configs: [{ targets }],
    },
  ] = parse(await read('deploy/prometheus.yml')).scrape_configs
  expect(targets).toEqual(peers.map(([name, { entrypoint }]) => `${name}:${port(entrypoint)}`))
})

test('systemd starts a peer again after a failure, and after no other exit code', () => {
  const ends = assigned('SuccessExitStatus').map(Number)
  const hopeless = assigned('RestartPreventExitStatus').map(Number)
  expect(assigned('Restart')).toEqual(['on-failure'])
  const again = [DONE, FAILED, WRONG_USAGE, NOT_IN_MODEL, INTERRUPTED].filter(
    code => code !== DONE && ![...ends, ...hopeless].includes(code),
  )
  expect(again).toEqual([FAILED])
  expect(hopeless).toEqual([WRONG_USAGE])
})
