import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Benchmark } from './benchmark.ts'
import type { TrainingSpeedOptions } from './programs/training-speed.ts'

const REPETITIONS = 7
const BATCH = 32
/** Sequences of 64 characters. */
const LANGUAGE_BATCH = 8
const POSITIONS = 64

/**
 * Multiplications and additions of one sample's step: forward, and for every weight and all inputs but the first
 * layer's, backward.
 */
const MLP_FLOP = 2 * (2 * 784 * 256 + 3 * 256 * 10)
const CNN_FLOP = 2 * (2 * 26 * 26 * 9 * 16 + 3 * 11 * 11 * 144 * 32 + 3 * 800 * 64 + 3 * 64 * 10)

/** The fused trainer beside TensorFlow.js on the same kernels: its key, what both train, and about a second of steps each. */
const FUSED = [
  { key: 'mlp', network: 'mlp', steps: [1_000, 600] },
  { key: 'mlp64', network: 'sparse mlp', steps: [10_000, 2_000] },
  { key: 'linear', network: 'linear', steps: [200_000, 5_000] },
  { key: 'cnn', network: 'cnn', steps: [250, 200] },
] as const
const OPTIMIZERS = ['momentum', 'adam'] as const

/**
 * Samples per second of training: the trainer that a peer takes against TensorFlow.js on hearsay's kernels and as shipped, the
 * same networks, batches and optimizer, each in a process of its own, taking turns. And the matrix products that it comes down
 * to, against what this machine can do.
 */
export const training: Benchmark = async say => {
  const ratios: Record<string, number[]> = { mlpWasmOverStock: [], cnnWasmOverCpu: [] }
  for (const { key } of FUSED) for (const optimizer of OPTIMIZERS) ratios[ratioOf(key, optimizer)] = []
  const figures: Record<string, number[]> = {}
  const add = (key: string, value: number) => {
    figures[key] ??= []
    figures[key].push(value)
  }
  const racers = await Promise.all([
    start({ setup: 'hearsay', network: 'mlp', batch: BATCH, warmUp: 200 }),
    start({ setup: 'wasm', network: 'mlp', batch: BATCH, warmUp: 100 }),
    start({ setup: 'hearsay', network: 'small cnn', batch: BATCH, warmUp: 50 }),
    start({ setup: 'cpu', network: 'small cnn', batch: BATCH, warmUp: 1 }),
    start({ setup: 'hearsay', network: 'language', batch: LANGUAGE_BATCH, warmUp: 10 }),
  ])
  const [mlp, stockMlp, cnn, cpuCnn, language] = racers
  const pairs: Pair[] = []
  try {
    for (const { key, network, steps } of FUSED) {
      for (const optimizer of OPTIMIZERS) {
        const common = { network, optimizer, batch: BATCH, warmUp: Math.ceil(steps[1] / 4) }
        const fused = await start({ ...common, setup: 'hearsay' })
        pairs.push({ key, optimizer, steps, fused, tensorflow: await start({ ...common, setup: 'tensorflow' }) })
      }
    }
    for (let repetition = 1; repetition <= REPETITIONS; repetition++) {
      const ofMlp = (BATCH * 1_000) / (await mlp.train(1_000))
      const ofStock = (BATCH * 300) / (await stockMlp.train(300))
      const ofCnn = (BATCH * 200) / (await cnn.train(200))
      const ofCpu = BATCH / (await cpuCnn.train(1))
      add('mlpSamplesPerSecond', ofMlp)
      add('mlpStockSamplesPerSecond', ofStock)
      add('cnnSamplesPerSecond', ofCnn)
      add('cnnCpuSamplesPerSecond', ofCpu)
      add('languageTokensPerSecond', (LANGUAGE_BATCH * POSITIONS * 20) / (await language.train(20)))
      ratios.mlpWasmOverStock.push(ofMlp / ofStock)
      ratios.cnnWasmOverCpu.push(ofCnn / ofCpu)
      for (const { key, optimizer, steps, fused, tensorflow } of pairs) {
        const ofFused = (BATCH * steps[0]) / (await fused.train(steps[0]))
        const ofTensorflow = (BATCH * steps[1]) / (await tensorflow.train(steps[1]))
        ratios[ratioOf(key, optimizer)].push(ofFused / ofTensorflow)
        add(`${key} ${optimizer}, fused, samples/s`, ofFused)
        add(`${key} ${optimizer}, TensorFlow.js, samples/s`, ofTensorflow)
        say(
          `${repetition} of ${REPETITIONS}: ${key}, ${optimizer}: ${ofFused.toFixed(0)} over ${ofTensorflow.toFixed(0)}`,
        )
      }

      const stock = await products(['stock'])
      const { memoryGBs, ...measured } = await products([])
      const { peak: _ofCache, ...ours } = measured
      const fastest = Math.max(...Object.values(measured))
      // The fraction of each transposed product over the best that anybody does without transposition; together as their
      // times add up.
      const fractions = Object.entries(ours).flatMap(([name, rate]) => {
        const [plain, transposed] = name.split(' ')
        return transposed === undefined ? [] : [rate / Math.max(stock[plain], ours[plain])]
      })
      add('matmulPeakFraction', fractions.reduce((sum, fraction) => sum + fraction, 0) / fractions.length)
      add('matmulPeakFractionWorst', Math.min(...fractions))
      for (const [name, rate] of Object.entries(ours)) add(`gflops ${name}`, rate)
      for (const [name, rate] of Object.entries(stock)) add(`gflops stock ${name}`, rate)
      add('peakGflops', fastest)
      add('memoryGBs', memoryGBs)
      add('mlpFractionOfPeak', (ofMlp * MLP_FLOP) / fastest / 1e9)
      add('cnnFractionOfPeak', ((figures['cnn momentum, fused, samples/s'].at(-1) ?? 0) * CNN_FLOP) / fastest / 1e9)
      say(
        `${repetition} of ${REPETITIONS}: mlp ${ofMlp.toFixed(0)} (stock ${ofStock.toFixed(0)}), ` +
          `cnn ${ofCnn.toFixed(0)} (cpu ${ofCpu.toFixed(1)}) samples/s`,
      )
    }
  } finally {
    for (const racer of [...racers, ...pairs.flatMap(({ fused, tensorflow }) => [fused, tensorflow])]) racer.stop()
  }
  return { ratios, figures }
}

/** `mlpFusedOverTensorflow` is with momentum, `mlpFusedOverTensorflowAdam` with Adam. */
function ratioOf(key: string, optimizer: (typeof OPTIMIZERS)[number]): string {
  return `${key}FusedOverTensorflow${optimizer === 'adam' ? 'Adam' : ''}`
}

/** The two trainers of one network. */
interface Pair {
  readonly key: string
  readonly optimizer: (typeof OPTIMIZERS)[number]
  /** Steps of a turn, of each. */
  readonly steps: readonly [number, number]
  readonly fused: Racer
  readonly tensorflow: Racer
}

/** A process that trains one network when told to. */
interface Racer {
  /** Takes steps; resolves to the seconds that they took. */
  train(steps: number): Promise<number>
  stop(): void
}

async function start(options: TrainingSpeedOptions): Promise<Racer> {
  const child = spawn(process.execPath, [program('training-speed.ts'), JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  async function read(): Promise<string> {
    const { value, done } = await lines.next()
    if (done === true) throw new Error(`training-speed ${JSON.stringify(options)} ended early`)
    return value
  }
  await read()
  return {
    async train(steps) {
      child.stdin.write(`${steps}\n`)
      return Number(await read())
    },
    stop: () => child.stdin.end(),
  }
}

async function products(args: readonly string[]): Promise<Record<string, number>> {
  const child = spawn(process.execPath, [program('matmul-speed.ts'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line)
  throw new Error(`matmul-speed ${args.join(' ')} ended early`)
}

function program(name: string): string {
  return join(import.meta.dirname, 'programs', name)
}
