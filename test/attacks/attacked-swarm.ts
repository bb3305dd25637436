/**
 * Honest peers that learn the built-in digits, five unless it is said, each a process of its own, beside a program that attacks them; and what
 * became of them.
 *
 * @packageDocumentation
 */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readLittleEndian } from '../../src/parameters/little-endian.ts'
import { isForgery } from './forging/forgeries.ts'
import type { SketchOf } from './forging/forging-network.ts'
import { lies } from './lies/lies.ts'
import { type Line, type LineProcess, startProgram } from './process-lines.ts'
import { makeSwarm, type SwarmSetting } from './swarm-files.ts'

const PROGRAMS = join(import.meta.dirname, 'programs')
const HONEST = join(PROGRAMS, 'honest-peer.ts')

/** A process that has not said this much by then never will, on however busy a machine. */
const START_MS = 60_000

export interface AttackedSwarmOptions
  extends Partial<Pick<SwarmSetting, 'membership' | 'rule' | 'aggregator' | 'steps'>> {
  /** A lie or a forgery, or else the file in `programs/`, without its ending; none for a calm swarm. */
  readonly attack?: string
  readonly identities?: number
  /** How many are honest. */
  readonly honest?: number
  /** How the samples are dealt to those that train. */
  readonly partition?: string
  /** Of which vector forgers send the sketch before a lie. */
  readonly sketchOf?: SketchOf
  /** After so long the swarm is ended as it is, in seconds. */
  readonly limit?: number
  /** The same from the moment at which all honest peers have trained. Default: as long as the limit is. */
  readonly limitTrained?: number
}

/** What became of one honest peer. */
export interface HonestEnd {
  /** Seconds from the moment at which the last of them had started until its first step; undefined where it never made one. */
  readonly begunAfter?: number
  /** In the same way, until it had made all its steps. */
  readonly trainedAfter?: number
  /** In the same way; undefined where it never sealed. */
  readonly sealedAfter?: number
  readonly hash?: string
  readonly accuracy: number
  readonly ownSteps: number
  readonly leftOut: number
  readonly exchanges: number
  readonly inModel: boolean
  /** Its parameters in the end; undefined where it was ended before. */
  readonly parameters?: Float32Array
  readonly reopened: number
  /** The mean, over its life. */
  readonly loopDelayMs: number
  readonly peakBytes: number
  readonly warnings: readonly string[]
}

export interface AttackedSwarm {
  readonly honest: readonly HonestEnd[]
  /** All that the attacker said. */
  readonly attacker: readonly Line[]
  /** Seconds until the last one made its first step; infinite where one never did. */
  readonly begun: number
  /** Seconds until the last one had made its steps; infinite where one never did. */
  readonly trained: number
  /** Seconds until the last one had sealed; infinite where one never did. */
  readonly sealed: number
  /** Seconds until the last one went home; infinite where one had to be ended. */
  readonly ended: number
}

export async function attackedSwarm(options: AttackedSwarmOptions): Promise<AttackedSwarm> {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-attacked-'))
  const processes: LineProcess[] = []
  const start = (args: readonly string[], environment?: NodeJS.ProcessEnv) => {
    const started = startProgram(args, environment)
    processes.push(started)
    return started
  }
  try {
    return await run(options, folder, start)
  } finally {
    for (const one of processes) one.end('SIGKILL')
    await Promise.allSettled(processes.map(({ ended }) => ended))
    rmSync(folder, { recursive: true, force: true })
  }
}

const HONEST_PEERS = 5

/**
 * As many as the recipe has by default. A model that is still far from done is less right by two percent for whatever disturbs it, if only that
 * its exchanges are with others.
 */
const STEPS = 1_000

/** Several times what a swarm without an attack takes. */
const LIMIT_S = 300

async function run(
  {
    attack,
    identities = 1,
    honest: peers = HONEST_PEERS,
    partition = 'dirichlet:0.5',
    sketchOf = 'lie',
    rule,
    aggregator,
    membership,
    steps = STEPS,
    limit = LIMIT_S,
    limitTrained = limit,
  }: AttackedSwarmOptions,
  folder: string,
  start: (args: readonly string[], environment?: NodeJS.ProcessEnv) => LineProcess,
): Promise<AttackedSwarm> {
  /** All that train: those that forge what they say have learned it. */
  const of = attack !== undefined && isForgery(attack) ? peers + identities : peers
  const files = await makeSwarm(folder, { membership, rule, aggregator, steps, minimumPeers: of })
  const dealt = ['--of', String(of), '--partition', partition]
  const modelOf = (index: number) => join(folder, `model-${index}`)
  const honest: LineProcess[] = []
  const addresses: string[] = []
  let length = 0
  async function startHonest(index: number): Promise<void> {
    const connect = addresses.slice(0, 1).flatMap(address => ['--connect', address])
    const place = ['--recipe', files.recipe, '--index', String(index), ...dealt, ...connect]
    const args = [...place, '--model', modelOf(index), ...(await files.membershipOf(index))]
    const vitals = pathToFileURL(join(PROGRAMS, 'vitals.ts')).href
    const one = start(['--import', vitals, HONEST, ...args], { VITALS: join(folder, `vitals-${index}`) })
    honest.push(one)
    const started = await one.said('started', START_MS)
    addresses.push((started.addresses as readonly string[])[0])
    length = Number(started.parameters)
  }
  await startHonest(0)
  await Promise.all(Array.from({ length: peers - 2 }, (_, each) => startHonest(each + 1)))
  const attacker = attack === undefined ? undefined : start(await argumentsOf(attack))
  await attacker?.said('ready', START_MS)
  await startHonest(peers - 1)

  async function argumentsOf(name: string): Promise<readonly string[]> {
    const invitations = await Promise.all(Array.from({ length: identities }, files.invitation))
    return [
      join(PROGRAMS, programOf(name)),
      ...dealt,
      ...['--sketch-of', sketchOf],
      ...['--lie', name, '--recipe', files.recipe, '--length', String(length), '--identities', String(identities)],
      ...addresses.flatMap(address => ['--connect', address]),
      ...invitations.flatMap(text => (text === undefined ? [] : ['--invite', text])),
      ...(files.founder === undefined ? [] : ['--founder', files.founder]),
    ]
  }

  const began = performance.now()
  const all = Promise.all(honest.map(({ ended }) => ended))
  const seconds = (at: number) => (at - began) / 1_000
  let wasEnded = false
  const timers: NodeJS.Timeout[] = []
  const endAfter = (milliseconds: number) =>
    timers.push(
      setTimeout(() => {
        wasEnded = true
        for (const one of honest) one.end('SIGINT')
      }, milliseconds),
    )
  endAfter(limit * 1_000)
  const haveTrained = ({ event, step }: Line) => event === 'step' && Number(step) >= steps
  Promise.all(honest.map(one => one.heard('all its steps', haveTrained, limit * 1_000)))
    .then(() => endAfter(limitTrained * 1_000))
    .catch(() => {})
  await all
  for (const timer of timers) clearTimeout(timer)
  const ended = seconds(performance.now())

  const ends = honest.map((one, index) => ({
    ...endOf(one, join(folder, `vitals-${index}`), steps, seconds),
    parameters: readModel(modelOf(index)),
  }))
  return {
    honest: ends,
    attacker: attacker?.lines ?? [],
    begun: lastOf(ends, 'begunAfter'),
    trained: lastOf(ends, 'trainedAfter'),
    sealed: lastOf(ends, 'sealedAfter'),
    ended: wasEnded ? Number.POSITIVE_INFINITY : ended,
  }
}

function programOf(attack: string): string {
  if (isForgery(attack)) return 'forgers.ts'
  return lies.has(attack) ? 'liars.ts' : `${attack}.ts`
}

function readModel(file: string): Float32Array | undefined {
  if (!existsSync(file)) return undefined
  const bytes = readFileSync(file)
  const parameters = new Float32Array(bytes.byteLength / Float32Array.BYTES_PER_ELEMENT)
  readLittleEndian(bytes, parameters)
  return parameters
}

function lastOf(ends: readonly HonestEnd[], when: 'begunAfter' | 'trainedAfter' | 'sealedAfter'): number {
  return Math.max(...ends.map(end => end[when] ?? Number.POSITIVE_INFINITY))
}

function endOf({ lines }: LineProcess, vitals: string, steps: number, seconds: (at: number) => number): HonestEnd {
  const reached = (least: number) => lines.find(({ event, step }) => event === 'step' && Number(step) >= least)
  const [begun, trained] = [reached(1), reached(steps)]
  const sealed = lines.findLast(({ event }) => event === 'consensus')
  const stopped = lines.findLast(({ event }) => event === 'stopped')
  const warnings = lines.filter(({ event }) => event === 'warning').map(({ message }) => String(message))
  return {
    begunAfter: begun && seconds(begun.at),
    trainedAfter: trained && seconds(trained.at),
    sealedAfter: sealed && seconds(sealed.at),
    hash: sealed?.parametersHash as string | undefined,
    accuracy: Number(stopped?.accuracy ?? Number.NaN),
    ownSteps: Number(stopped?.ownSteps),
    leftOut: Number(stopped?.leftOut),
    exchanges: Number(stopped?.exchanges),
    inModel: stopped?.inModel === true,
    reopened: warnings.filter(message => message.includes('averaging goes on')).length,
    ...(JSON.parse(readFileSync(vitals, 'utf8')) as Pick<HonestEnd, 'loopDelayMs' | 'peakBytes'>),
    warnings,
  }
}
