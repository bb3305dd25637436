import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark } from './benchmark.ts'
import type { ClockedPeerOptions, Mark } from './programs/clocked-peer.ts'

const PEERS = 2
const REPETITIONS = 4
/** Meanwhile peers meet, and what carries exchanges is compiled, which other threads do at the expense of training. */
const WARM_UP_MS = 15_000

/** Windows of a repetition, each way in turn: long against ten steps, short against whatever else the machine does. */
const WINDOWS = 4
const WINDOW_MS = 1_500

/** More than a peer comes to, so that training never ends by itself and nothing is evaluated in between. */
const STEPS = 10_000_000
const LOCAL_STEPS = 10
const BATCH = 32

/** The models that are trained, in batches of 32, by the ends of their keys' names; the goal is about the first. */
const CASES = [
  { name: '', model: 'cnn', state: false, localSteps: LOCAL_STEPS },
  { name: 'Auto', model: 'cnn', state: false, localSteps: 'auto' },
  { name: 'CnnWithState', model: 'cnn', state: true, localSteps: LOCAL_STEPS },
  { name: 'Mlp64', model: 'mlp:64', state: false, localSteps: LOCAL_STEPS },
  { name: 'Mlp256', model: 'mlp:256', state: false, localSteps: LOCAL_STEPS },
] as const

/**
 * The cost of gossip to training: samples a second of two peers, in a process each and both at once, that exchange after
 * every ten steps, over those of two that train alone. The two pairs take turns of a second or two, and while one trains the
 * other is halted, so that whatever else this machine does meanwhile happens to both. All share this machine's cores: where there
 * are two, whatever gossip computes is at the expense of training.
 */
export const overhead: Benchmark = async say => {
  const ratios: Record<string, number[]> = {}
  const figures: Record<string, number[]> = {}
  for (const { name, model, state, localSteps } of CASES) {
    const note = (record: Record<string, number[]>, key: string, value: number) => {
      record[key + name] ??= []
      record[key + name].push(value)
    }
    const speed = localSteps === 'auto' ? 'gossipAutoOnOverOff' : `gossipOnOverOff${name}`
    for (const { on, off } of await compare(model, state, localSteps)) {
      ratios[speed] ??= []
      ratios[speed].push(on.samplesPerSecond / off.samplesPerSecond)
      note(ratios, 'cpuPerSampleOnOverOff', on.cpuMsPerSample / off.cpuMsPerSample)
      note(figures, 'samplesPerSecondOn', on.samplesPerSecond)
      note(figures, 'samplesPerSecondOff', off.samplesPerSecond)
      note(figures, 'mainCpuMsPerSecondOn', on.mainCpuMsPerSecond)
      note(figures, 'mainCpuMsPerSecondOff', off.mainCpuMsPerSecond)
      // Exchanges that were made, begun and answered ones, of those that the recipe asks for.
      note(figures, 'exchangesPerTenSteps', on.exchangesPerTenSteps)
      note(figures, 'exchangesPerSecond', on.exchangesPerSecond)
      note(figures, 'mainCpuMsPerExchange', (on.mainCpuMsPerSecond - off.mainCpuMsPerSecond) / on.exchangesPerSecond)
      note(figures, 'gcShareOfMainCpu', on.gcMsPerSecond / on.mainCpuMsPerSecond)
    }
    const shown = (key: string) => ratios[key].map(ratio => ratio.toFixed(3)).join(', ')
    say(`${model}${state ? ' with state' : ''}, every ${localSteps} steps: ${shown(speed)} of the speed alone`)
    say(`  ${shown(`cpuPerSampleOnOverOff${name}`)} of its processor time; load ${loadavg()[0].toFixed(1)}`)
  }
  return { ratios, figures }
}

interface Measured {
  readonly samplesPerSecond: number
  readonly cpuMsPerSample: number
  readonly mainCpuMsPerSecond: number
  readonly gcMsPerSecond: number
  readonly exchangesPerSecond: number
  readonly exchangesPerTenSteps: number
}

interface Window {
  readonly from: number
  readonly until: number
}

/** Both ways, as often as there are repetitions. */
async function compare(
  model: string,
  state: boolean,
  localSteps: number | 'auto',
): Promise<{ on: Measured; off: Measured }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-overhead-'))
  const pairs: Pair[] = []
  try {
    for (const rule of ['adpsgd', 'none'] as const) {
      const pair = createPair()
      pairs.push(pair)
      await pair.start(model, rule, localSteps, state ? join(folder, rule) : undefined)
      await sleep(WARM_UP_MS)
      pair.halt()
    }
    const [on, off] = pairs
    const windows: { on: Window[]; off: Window[] }[] = []
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      const own: (typeof windows)[number] = { on: [], off: [] }
      for (let window = 0; window < WINDOWS; window++) {
        const first = await inTurn(window % 2 === 0 ? on : off)
        const second = await inTurn(window % 2 === 0 ? off : on)
        own.on.push(window % 2 === 0 ? first : second)
        own.off.push(window % 2 === 0 ? second : first)
      }
      windows.push(own)
    }
    const [marksOn, marksOff] = [await on.marks(), await off.marks()]
    return windows.map(own => ({ on: measure(marksOn, own.on), off: measure(marksOff, own.off) }))
  } finally {
    for (const pair of pairs) pair.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function inTurn(pair: Pair): Promise<Window> {
  const from = performance.timeOrigin + performance.now()
  pair.resume()
  await sleep(WINDOW_MS)
  pair.halt()
  return { from, until: performance.timeOrigin + performance.now() }
}

/** From the first time that some steps were done in a window to the last, over all windows and peers. */
function measure(peers: readonly (readonly Mark[])[], windows: readonly Window[]): Measured {
  const sum = {
    milliseconds: 0,
    samples: 0,
    cpuMilliseconds: 0,
    mainCpuMilliseconds: 0,
    gcMilliseconds: 0,
    exchanges: 0,
  }
  for (const marks of peers) {
    for (const { from, until } of windows) {
      const within = marks.filter(({ milliseconds }) => milliseconds >= from && milliseconds <= until)
      if (within.length < 2) throw new Error('steps took longer than a window: this machine is too busy to measure on')
      const [first, last] = [within[0], within[within.length - 1]]
      for (const key of Object.keys(sum) as (keyof Mark)[]) sum[key] += last[key] - first[key]
    }
  }
  return {
    // Samples a second of one peer.
    samplesPerSecond: (1_000 * sum.samples) / sum.milliseconds,
    cpuMsPerSample: sum.cpuMilliseconds / sum.samples,
    mainCpuMsPerSecond: (1_000 * sum.mainCpuMilliseconds) / sum.milliseconds,
    gcMsPerSecond: (1_000 * sum.gcMilliseconds) / sum.milliseconds,
    exchangesPerSecond: (1_000 * sum.exchanges) / sum.milliseconds,
    exchangesPerTenSteps: (10 * BATCH * sum.exchanges) / sum.samples,
  }
}

/** Two peers in a process each. */
interface Pair {
  /** Starts them, and their training. Without gossip they do not know of each other. */
  start(model: string, rule: 'adpsgd' | 'none', localSteps: number | 'auto', state: string | undefined): Promise<void>
  halt(): void
  resume(): void
  /** Ends both. */
  marks(): Promise<Mark[][]>
  kill(): void
}

function createPair(): Pair {
  const peers: ReturnType<typeof startPeer>[] = []
  const signal = (name: NodeJS.Signals) => {
    for (const { child } of peers) child.kill(name)
  }
  return {
    async start(model, rule, localSteps, state) {
      let connect: string[] = []
      for (let index = 0; index < PEERS; index++) {
        const averaging = { rule }
        const peer = startPeer({
          recipe: {
            model: { name: model },
            training: { steps: STEPS },
            averaging,
            exchange: { localSteps },
          },
          data: 'digits',
          index,
          of: PEERS,
          connect,
          state: state === undefined ? undefined : join(state, String(index)),
        })
        peers.push(peer)
        const { addresses } = (await peer.line()) as { addresses: string[] }
        if (rule !== 'none') connect = addresses
      }
      for (const { child } of peers) child.stdin.write('go\n')
    },
    halt: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async marks() {
      signal('SIGCONT')
      for (const { child } of peers) child.stdin.end()
      const marks = await Promise.all(peers.map(peer => peer.line() as Promise<Mark[]>))
      await Promise.all(peers.map(peer => peer.exit))
      return marks
    },
    kill: () => signal('SIGKILL'),
  }
}

function startPeer(options: ClockedPeerOptions) {
  const program = join(import.meta.dirname, 'programs/clocked-peer.ts')
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    exit: new Promise<void>(resolve => child.once('exit', () => resolve())),
    async line(): Promise<unknown> {
      const next = await lines.next()
      if (next.done === true) throw new Error('a peer of the benchmark ended early')
      return JSON.parse(next.value)
    },
  }
}
