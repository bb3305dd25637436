/** How peers of a swarm ended, in figures and in words. @packageDocumentation */

import type { Line } from '../attacks/process-lines.ts'
import type { HostPeer } from './swarm.ts'

export interface Outcome {
  readonly name: string
  /** The exit code, the signal that ended it, or `undefined` while it runs. */
  readonly exit: number | string | null | undefined
  /** What it sealed last. */
  readonly hash?: string
  readonly members?: number
  readonly inModel: boolean
  readonly ownSteps: number
  readonly exchanges: string
  /** What it told people last: why it waits, or what is wrong. */
  readonly saidLast: string
}

const RUNNING = Symbol('running')

/** Waits until all have ended, at most so long. */
export async function outcomesOf(peers: readonly HostPeer[], milliseconds: number): Promise<readonly Outcome[]> {
  const { promise: late, resolve } = Promise.withResolvers<typeof RUNNING>()
  const timer = setTimeout(() => resolve(RUNNING), milliseconds)
  const exits = await Promise.all(peers.map(({ process }) => Promise.race([process.ended, late])))
  clearTimeout(timer)
  return peers.map((peer, i) => outcomeOf(peer, exits[i]))
}

function outcomeOf({ host, process }: HostPeer, exit: number | string | null | typeof RUNNING): Outcome {
  const last = (event: string): Line | undefined => process.lines.findLast(line => line.event === event)
  const seal = last('consensus')
  const stopped = last('stopped')
  return {
    name: host.name,
    exit: exit === RUNNING ? undefined : exit,
    hash: seal === undefined ? undefined : String(seal.parametersHash),
    members: seal === undefined ? undefined : Number(seal.members),
    inModel: stopped?.inModel === true,
    ownSteps: Number(stopped?.ownSteps ?? last('round')?.step ?? 0),
    exchanges: `${stopped?.exchanges}/${stopped?.exchangesAsked}`,
    saidLast: process.stderr().trim().split('\n').at(-1) ?? '',
  }
}

/** Whether all ended with 0, on one hash. */
export function areOneSeal(outcomes: readonly Outcome[]): boolean {
  return outcomes.every(({ exit, hash }) => exit === 0 && hash !== undefined && hash === outcomes[0].hash)
}

export function describeOutcomes(outcomes: readonly Outcome[]): string {
  return outcomes.map(describeOutcome).join('; ')
}

function describeOutcome({ name, exit, hash, members, inModel, ownSteps, exchanges, saidLast }: Outcome): string {
  const ended = exit === undefined ? 'does not end' : `exit ${exit}`
  const sealed =
    hash === undefined ? 'no seal' : `seal ${hash.slice(0, 8)} of ${members}, ${inModel ? '' : 'not '}in the model`
  const words = exit === 0 && hash !== undefined ? '' : ` (said last: ${saidLast})`
  return `${name}: ${ended}, ${sealed}, ${ownSteps} own steps, exchanges ${exchanges}${words}`
}

/** Exchanges in which two peers averaged with each other. The one with the smaller id begins them, and tells of them. */
export function averagedTogether(a: HostPeer, b: HostPeer): number {
  return averagedWith(a, b) + averagedWith(b, a)
}

function averagedWith({ process }: HostPeer, other: HostPeer): number {
  const id = other.process.lines.find(({ event }) => event === 'started')?.peerId
  return process.lines.filter(
    ({ event, peer, outcome }) => event === 'exchange' && peer === id && outcome === 'averaged',
  ).length
}
