import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LineProcess, startProgram } from '../../attacks/process-lines.ts'
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

/** The two attacks take turns, so that whatever else the machine does meanwhile happens to both. */
const TURNS = 8
const TURN_MS = 4_000
/** After a turn begins, what the one before has left under way ends. */
const SETTLE_MS = 500

const NEWCOMER_S = 5
const LEAST_SPEED = 0.9
const START_MS = 60_000

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
      while (stepsOf(honest).some(step => step === 0)) await sleep(100)

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

      const speeds = { flood: [] as number[], dropped: [] as number[] }
      for (let turn = 0; turn < TURNS; turn++) {
        const [name, on, off] =
          turn % 2 === 0 ? (['dropped', dropped, flood] as const) : (['flood', flood, dropped] as const)
        off.end('SIGSTOP')
        on.end('SIGCONT')
        await sleep(SETTLE_MS)
        speeds[name].push(await speedOf(honest))
      }
      const [attacked, spared] = [meanOf(speeds.flood), meanOf(speeds.dropped)]
      rows.add({
        asked: 'samples a second within 10 % of those under the same strangers at a port that accepts and drops',
        measured: `${attacked.toFixed(0)} and ${spared.toFixed(0)}, ${(attacked / spared).toFixed(3)}${isApart ? '' : '; strangers on the same cores'}`,
        passed: attacked >= LEAST_SPEED * spared,
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

/** Samples a second of all of them, over a turn. */
async function speedOf(honest: readonly LineProcess[]): Promise<number> {
  const [before, began] = [stepsOf(honest), performance.now()]
  await sleep(TURN_MS)
  const steps = stepsOf(honest).reduce((sum, after, i) => sum + after - before[i], 0)
  return (BATCH * steps * 1_000) / (performance.now() - began)
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
