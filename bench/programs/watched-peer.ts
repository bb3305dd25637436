/**
 * One peer in a process of its own, with an eye on its event loop. Prints a JSON line with its address once it listens,
 * and one with what was measured between the first exchange and the seal. Options: JSON in the first argument.
 *
 * @packageDocumentation
 */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createPeer, loadDataset } from '../../src/index.ts'

interface Options {
  readonly data: string
  readonly index: number
  readonly of: number
  readonly steps: number
  readonly connect: readonly string[]
}

const options = JSON.parse(process.argv[2]) as Options
const { index, of, steps } = options
const data = await loadDataset(options.data, { seed: 1 })
const peer = await createPeer({
  recipe: { model: { shape: [...data.train.shape], classes: data.train.classes }, training: { steps } },
  data,
  shard: { index, of, partition: 'iid', seed: 1 },
  network: { listen: ['/ip4/127.0.0.1/tcp/0'], connect: options.connect, mdns: false },
})

const delay = monitorEventLoopDelay({ resolution: 1 })
let exchanges = 0
peer.addEventListener('exchange', ({ detail }) => {
  if (detail.outcome === 'averaged' && exchanges++ === 0) delay.enable()
})
let trainedExchanges = 0
peer.addEventListener('trained', () => {
  trainedExchanges = exchanges
})
await peer.listen()
console.log(JSON.stringify({ addresses: peer.addresses() }))
// Training starts when everybody listens.
await new Promise(resolve => process.stdin.once('data', resolve))
process.stdin.destroy()
const began = performance.now()
await peer.start()
await peer.untilConsensus({ signal: AbortSignal.timeout(120_000) })
delay.disable()
console.log(
  JSON.stringify({
    loopDelayP50Ms: delay.percentile(50) / 1e6,
    loopDelayP99Ms: delay.percentile(99) / 1e6,
    loopDelayMaxMs: delay.max / 1e6,
    exchanges,
    exchangesWhileTraining: trainedExchanges,
    seconds: (performance.now() - began) / 1_000,
  }),
)
await peer.untilDismissed({ signal: AbortSignal.timeout(30_000) })
await peer.stop()
