import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { STREAM_WINDOW_BYTES } from '../src/network/constants.ts'
import type { Benchmark } from './benchmark.ts'
import type { ExchangeSide, ExchangeSpeed, ExchangeSpeedOptions } from './programs/exchange-speed.ts'

const MiB = 1024 * 1024

/** Models, and how often each is exchanged. */
const SIZES = [
  { mebibytes: 1, repetitions: 20 },
  { mebibytes: 64, repetitions: 5 },
  { mebibytes: 256, repetitions: 3 },
]

/** A link over which the window is what limits: long enough an exchange that the window has grown for most of it. */
const LONG_LINK = { mebibytes: 128, repetitions: 3, oneWayMs: 50 }

/** `--bandwidth 20`. */
const SLOW_LINK = { mebibytes: 8, repetitions: 2, bytesPerSecond: 2_500_000 }

/**
 * Two peers in a process each exchange a vector, and a bare stream of libp2p carries as many bytes both ways over the same
 * connection, in turns. Both peers of a pair share this machine's cores.
 */
export const exchange: Benchmark = async say => {
  const ratios: Record<string, number[]> = {}
  const figures: Record<string, number[]> = {}
  for (const { mebibytes, repetitions } of SIZES) {
    const { begun, answered } = await runPair({ mebibytes, repetitions, bare: true })
    const name = `${mebibytes}MiB`
    const { exchangeSeconds, bareSeconds, exchangeCpuSeconds, bareCpuSeconds } = begun
    const speed = (seconds: readonly number[]) => seconds.map(each => (2 * mebibytes * MiB) / each)
    const cost = (seconds: readonly number[]) => seconds.map(each => (1e3 * each) / mebibytes)
    ratios[`exchangeOverStream${name}`] = exchangeSeconds.map((each, i) => bareSeconds[i] / each)
    figures[`exchangeBytesPerSecond${name}`] = speed(exchangeSeconds)
    figures[`streamBytesPerSecond${name}`] = speed(bareSeconds)
    // Processor time of the side that begins, for a mebibyte in each direction.
    figures[`exchangeCpuMsPerMiB${name}`] = cost(exchangeCpuSeconds)
    figures[`streamCpuMsPerMiB${name}`] = cost(bareCpuSeconds)
    figures[`streamChunkBytes${name}`] = [begun.chunkBytes]
    if (mebibytes > 1) figures[`exchangeExtraBytes${name}`] = [Math.max(begun.extraBytes, answered.extraBytes)]
    figures.loopDelayP99Ms = [Math.max(begun.loopDelayP99Ms, answered.loopDelayP99Ms)]
    say(`${name}: ${ratios[`exchangeOverStream${name}`].map(ratio => ratio.toFixed(2)).join(', ')} of a bare stream`)
  }

  const long = await runPair({ ...LONG_LINK, bare: false }, LONG_LINK.oneWayMs)
  const windowLimit = STREAM_WINDOW_BYTES / ((2 * LONG_LINK.oneWayMs) / 1_000)
  ratios.delayed100msOverWindowLimit = long.begun.exchangeSeconds.map(
    seconds => (LONG_LINK.mebibytes * MiB) / seconds / windowLimit,
  )
  say(`with 100 ms: ${ratios.delayed100msOverWindowLimit.map(ratio => ratio.toFixed(2)).join(', ')} of the window`)

  const { bytesPerSecond } = SLOW_LINK
  const bandwidth = { upload: bytesPerSecond, download: bytesPerSecond }
  const { begun } = await runPair({ ...SLOW_LINK, bare: false, bandwidth })
  const errors = (bytes: readonly number[]) =>
    bytes.map((each, i) => each / begun.exchangeSeconds[i] / bytesPerSecond - 1)
  figures.bandwidthError = [...errors(begun.bytesOut), ...errors(begun.bytesIn)]
  say(`at 20 Mbit/s: ${figures.bandwidthError.map(error => (100 * error).toFixed(1)).join(', ')} % beside it`)
  return { ratios, figures }
}

/** @param oneWayMs where there is a longer way between the two: what it adds to each direction */
async function runPair(
  options: Omit<ExchangeSpeedOptions, 'address'>,
  oneWayMs?: number,
): Promise<{ begun: ExchangeSpeed; answered: ExchangeSide }> {
  const processes: Program[] = []
  const begin = (program: string, args: readonly string[]) => {
    const started = start(program, args)
    processes.push(started)
    return started
  }
  try {
    const answering = begin('exchange-peer.ts', [JSON.stringify(options)])
    let address = await answering.line()
    if (oneWayMs !== undefined) {
      const [, , , , port] = address.split('/')
      const proxy = begin('delaying-proxy.ts', [port, String(oneWayMs)])
      address = address.replace(`/tcp/${port}/`, `/tcp/${await proxy.line()}/`)
    }
    const beginning = begin('exchange-peer.ts', [JSON.stringify({ ...options, address })])
    const begun = JSON.parse(await beginning.line()) as ExchangeSpeed
    answering.end()
    return { begun, answered: JSON.parse(await answering.line()) as ExchangeSide }
  } finally {
    for (const { kill } of processes) kill()
  }
}

interface Program {
  /** The next line that it prints. */
  line(): Promise<string>
  /** Ends its input. */
  end(): void
  kill(): void
}

function start(program: string, args: readonly string[]): Program {
  const file = join(import.meta.dirname, 'programs', program)
  const child = spawn(process.execPath, ['--expose-gc', file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async line() {
      const next = await lines.next()
      if (next.done === true) throw new Error(`${program} ended early`)
      return next.value
    },
    end: () => child.stdin.end(),
    kill: () => child.kill('SIGKILL'),
  }
}
