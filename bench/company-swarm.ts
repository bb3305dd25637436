import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CompanyPeersOptions, Moment } from './programs/company-peers.ts'

/** Peers of one process: few against what its event loop carries. */
const PEERS_A_PROCESS = 5

const POLL_MS = 500
/** Meanwhile peers that began have met, and what carries them is compiled. */
const WARM_UP_MS = 5_000
const STOP_MS = 20_000

/** What a peer costs in a part of a run. */
export interface PeerCost {
  /** Of one core. */
  readonly processorShare: number
  readonly bytesInPerSecond: number
  readonly bytesOutPerSecond: number
}

export interface CompanyCost {
  readonly peers: number
  readonly training: PeerCost
  readonly end: PeerCost
  /** From the last peer's last step to the last peer's seal; null where they did not seal. */
  readonly sealSeconds: number | null
  readonly hashes: number
}

export interface CompanySwarmOptions {
  readonly peers: number
  /** Of training that is measured. */
  readonly seconds: number
  /** How long the whole may take. */
  readonly limitMs: number
  readonly say: (line: string) => void
}

/** Runs so many real peers on this machine, some in a process, until they have sealed. */
export async function companySwarm({ peers, seconds, limitMs, say }: CompanySwarmOptions): Promise<CompanyCost> {
  const processes: ReturnType<typeof startPeers>[] = []
  // Ones that began together are waited for: steps go on as long as that takes, and some more.
  const steps = Math.ceil((50 * (WARM_UP_MS + 1_000 * seconds)) / 1_000)
  try {
    let connect: readonly string[] = []
    for (let first = 0; first < peers; first += PEERS_A_PROCESS) {
      const indices = Array.from({ length: Math.min(PEERS_A_PROCESS, peers - first) }, (_, i) => first + i)
      const some = startPeers({ indices, of: peers, steps, connect })
      processes.push(some)
      const { addresses } = (await some.line()) as { addresses: string[] }
      if (first === 0) connect = addresses
    }
    for (const some of processes) some.tell()

    const look = async () => summed(await Promise.all(processes.map(some => some.moment())))
    const deadline = performance.now() + limitMs
    let now = await look()
    let began: Moment | undefined
    let lastTraining: Moment | undefined
    let ended: Moment | undefined
    while (now.sealedAt.length < peers && performance.now() < deadline) {
      await sleep(POLL_MS)
      now = await look()
      if (began === undefined && now.training === peers) {
        say(`${peers} peers train, each knows ${now.fewestKnown + 1} of them`)
        await sleep(WARM_UP_MS)
        began = await look()
      }
      if (began !== undefined && now.trainedAt.length === 0) lastTraining = now
      if (now.trainedAt.length === peers) ended ??= now
    }
    if (began === undefined || lastTraining === undefined)
      throw new Error(`${peers} peers did not all train in ${limitMs} ms`)
    const sealed = now.sealedAt.length === peers
    const last = await look()
    return {
      peers,
      training: cost(began, lastTraining, peers),
      end: cost(ended ?? lastTraining, last, peers),
      sealSeconds: sealed ? (Math.max(...now.sealedAt) - Math.max(...now.trainedAt)) / 1_000 : null,
      hashes: new Set(now.hashes.filter(hash => hash !== null)).size,
    }
  } finally {
    await Promise.all(processes.map(some => some.end()))
  }
}

function cost(from: Moment, until: Moment, peers: number): PeerCost {
  const milliseconds = until.milliseconds - from.milliseconds
  const of = (key: 'cpuMilliseconds' | 'bytesIn' | 'bytesOut') => (until[key] - from[key]) / milliseconds / peers
  return {
    processorShare: of('cpuMilliseconds'),
    bytesInPerSecond: 1_000 * of('bytesIn'),
    bytesOutPerSecond: 1_000 * of('bytesOut'),
  }
}

function summed(moments: readonly Moment[]): Moment {
  const sum = (key: 'cpuMilliseconds' | 'bytesIn' | 'bytesOut' | 'training') =>
    moments.reduce((total, moment) => total + moment[key], 0)
  return {
    milliseconds: performance.timeOrigin + performance.now(),
    cpuMilliseconds: sum('cpuMilliseconds'),
    bytesIn: sum('bytesIn'),
    bytesOut: sum('bytesOut'),
    training: sum('training'),
    fewestKnown: Math.min(...moments.map(({ fewestKnown }) => fewestKnown)),
    trainedAt: moments.flatMap(({ trainedAt }) => trainedAt),
    sealedAt: moments.flatMap(({ sealedAt }) => sealedAt),
    hashes: moments.flatMap(({ hashes }) => hashes),
  }
}

function startPeers(options: CompanyPeersOptions) {
  const program = join(import.meta.dirname, 'programs/company-peers.ts')
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const exit = new Promise<void>(resolve => child.once('exit', () => resolve()))
  async function line(): Promise<unknown> {
    const next = await lines.next()
    if (next.done === true) throw new Error('some peers of the benchmark ended early')
    return JSON.parse(next.value)
  }
  return {
    line,
    tell: () => void child.stdin.write('\n'),
    async moment(): Promise<Moment> {
      child.stdin.write('\n')
      return (await line()) as Moment
    },
    async end(): Promise<void> {
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await exit
      clearTimeout(timer)
    },
  }
}
