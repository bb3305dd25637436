import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryBound } from '../../../src/network/gate/memory-bound.ts'
import { type Line, type LineProcess, startProgram } from '../../attacks/process-lines.ts'
import { makeSwarm } from '../../attacks/swarm-files.ts'
import { createRows, type Item, type ItemOptions, meanOf } from '../row.ts'
import { ROOT } from '../run.ts'
import { withFolder } from '../running-process.ts'

const PROGRAMS = join(ROOT, 'test/attacks/programs')

/** Those that train all the while. */
const PEERS = 3
/** More than anybody comes to. */
const STEPS = 10_000_000
const BATCH = 32

/** The two attacks take turns, in pairs, so that whatever else the machine does meanwhile happens to both. */
const PAIRS = 8
const TURN_MS = 4_000
/** After a turn begins, what the one before has left under way ends. */
const SETTLE_MS = 500

const NEWCOMER_S = 5
const LEAST_SPEED = 0.9
const START_MS = 60_000
const MiB = 1_024 ** 2

async function run(options: ItemOptions) {
  const rows = createRows(options)
  await withFolder(async path => {
    const processes: LineProcess[] = []
    const start = (args: readonly string[]) => {
      const started = startProgram(args)
      processes.push(started)
      return started
    }
    try {
      const files = await makeSwarm(path('.'), { steps: STEPS, minimumPeers: PEERS })
      const addresses: string[] = []
      const startPeer = async (index: number) => {
        const connect = addresses.slice(0, 1).flatMap(address => ['--connect', address])
        const place = ['--recipe', files.recipe, '--index', String(index), '--of', String(PEERS + 1), ...connect]
        const one = start([join(PROGRAMS, 'honest-peer.ts'), ...place, ...(await files.membershipOf(index))])
        const { addresses: own } = await one.said('started', START_MS)
        addresses.push((own as readonly string[])[0])
        return one
      }
      const honest = [await startPeer(0), ...(await Promise.all([1, 2].map(startPeer)))]
      const hasBegun = ({ event, step }: Line) => event === 'step' && Number(step) > 0
      await Promise.all(honest.map(one => one.heard('a first step', hasBegun, START_MS)))

      const port = await start([join(PROGRAMS, 'dropping-port.ts')]).said('listening', START_MS)
      const floodOn = (targets: readonly string[]) =>
        start([join(PROGRAMS, 'flood.ts'), ...targets.flatMap(target => ['--connect', target])])
      const dropped = floodOn([String(port.address)])
      await dropped.said('ready', START_MS)
      dropped.end('SIGSTOP')
      const flood = floodOn(addresses)
      await flood.said('ready', START_MS)
      const isApart = [...honest.map(one => pin(one, 0)), pin(flood, 1), pin(dropped, 1)].every(Boolean)

      const newcomer = await startPeer(PEERS)
      const began = newcomer.lines.find(({ event }) => event === 'started')?.at ?? 0
      const joined = await newcomer.said('peer:join', START_MS)
      const seconds = (joined.at - began) / 1_000
      newcomer.end('SIGKILL')
      rows.add({
        asked: `1,000 strangers dial and 500 sockets shake no hands: a newcomer with an invitation is in within ${NEWCOMER_S} s`,
        measured: `after ${seconds.toFixed(2)} s; ${dialsOf(flood)} dials`,
        passed: seconds <= NEWCOMER_S,
      })

      const pairs: Readonly<Record<'dropped' | 'flood', Turn>>[] = []
      for (let pair = 0; pair < PAIRS; pair++) {
        const turn = async (on: LineProcess, off: LineProcess) => {
          off.end('SIGSTOP')
          on.end('SIGCONT')
          await sleep(SETTLE_MS)
          return turnOf(honest)
        }
        if (pair % 2 === 0) pairs.push({ dropped: await turn(dropped, flood), flood: await turn(flood, dropped) })
        else pairs.push({ flood: await turn(flood, dropped), dropped: await turn(dropped, flood) })
      }
      const ratios = pairs.map(pair => pair.flood.speed / pair.dropped.speed)
      const median = (name: 'dropped' | 'flood') => medianOf(pairs.map(pair => pair[name].speed)).toFixed(0)
      rows.add({
        asked: 'samples a second within 10 % of those under the same strangers at a port that accepts and drops',
        measured: `${median('flood')} and ${median('dropped')}; of ${PAIRS} pairs of turns the median ${spreadOf(ratios)}${isApart ? '' : '; strangers on the same cores'}`,
        passed: medianOf(ratios) >= LEAST_SPEED,
      })
      const growths = pairs.map(pair => (pair.flood.bytes - pair.dropped.bytes) / MiB)
      const bound = memoryBound().strangers / MiB
      rows.add({
        asked: `the memory of each is within the computed bound for strangers, ${bound.toFixed(0)} MiB, of what it is without them`,
        measured: `${medianOf(pairs.map(pair => pair.flood.bytes / MiB)).toFixed(0)} MiB in the median, more by ${spreadOf(growths, 1)} MiB`,
        passed: medianOf(growths) <= bound,
      })
    } finally {
      for (const one of processes) one.end('SIGKILL')
      await Promise.allSettled(processes.map(({ ended }) => ended))
    }
  })
  return rows.all()
}

/**
 * Strangers have machines of their own: what they compute is not at the expense of those whom they attack.
 *
 * @returns whether that is possible here
 */
function pin({ pid }: LineProcess, core: number): boolean {
  try {
    execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', String(core), String(pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The step at which each of them is. */
function stepsOf(honest: readonly LineProcess[]): readonly number[] {
  return honest.map(({ lines }) => Number(lines.findLast(({ event }) => event === 'step')?.step ?? 0))
}

interface Turn {
  /** Samples a second of all of them. */
  readonly speed: number
  /** What one of them has of the machine's memory at its end, in the mean. */
  readonly bytes: number
}

async function turnOf(honest: readonly LineProcess[]): Promise<Turn> {
  const [before, began] = [stepsOf(honest), performance.now()]
  await sleep(TURN_MS)
  const steps = stepsOf(honest).reduce((sum, after, i) => sum + after - before[i], 0)
  const speed = (BATCH * steps * 1_000) / (performance.now() - began)
  return { speed, bytes: meanOf(honest.map(residentBytes)) }
}

function residentBytes({ pid }: LineProcess): number {
  return 1_024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }))
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2
}

/** The median, and from where to where. */
function spreadOf(values: readonly number[], digits = 3): string {
  const [median, least, most] = [medianOf(values), Math.min(...values), Math.max(...values)]
  return `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`
}

function dialsOf({ lines }: LineProcess): number {
  return Number(lines.findLast(({ event }) => event === 'dialled')?.dials ?? 0)
}

export const flood: Item = {
  name: 'flood',
  about: 'a swarm that trains while strangers flood its ports',
  seeds: 1,
  run,
}
