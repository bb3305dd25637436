import { randomInt } from 'node:crypto'
import { createPeer, type Dataset, type Peer, type PeerOptions, type Split } from '../../../src/index.ts'
import type { Check } from './check.ts'
import { describeDeaf, describeLinks } from './links.ts'

const EXCHANGE_DEADLINE_MS = 15_000
/** A newcomer asks at once, so every peer that hears it answers within a second. */
const DISCOVERY_DEADLINE_MS = 6_000
const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

export const exchange: Check = {
  name: 'network',
  async run(signal) {
    const first = await tinyPeer(0, { network: { listen: [LOOPBACK], mdns: false } })
    let second: Peer | undefined
    try {
      await first.start()
      const began = performance.now()
      second = await tinyPeer(1, {
        recipe: first.recipe,
        network: { listen: [LOOPBACK], connect: first.addresses(), mdns: false },
      })
      const averaged = untilAveraged(
        [first, second],
        AbortSignal.any([signal, AbortSignal.timeout(EXCHANGE_DEADLINE_MS)]),
      )
      await second.start()
      await averaged
      return {
        outcome: 'ok',
        found: `two peers met over TCP and averaged in ${Math.round(performance.now() - began)} ms`,
      }
    } finally {
      await Promise.allSettled([first.stop(), second?.stop()])
    }
  },
}

export const discovery: Check = {
  name: 'mDNS',
  async run(signal) {
    const { probeMulticast } = await import('../../../src/public/network.ts')
    const links = await probeMulticast({ signal })
    const met = await findEachOther(signal)
    const lines = describeLinks(links)
    if (!met) {
      return {
        outcome: 'missing',
        found: ['two peers did not find each other: no multicast on this network', ...lines].join('\n'),
        advice: 'not needed: tell peers of each other with --connect MULTIADDR',
        interfaces: links,
      }
    }
    const advice = describeDeaf(links)
    return {
      outcome: 'ok',
      found: ['two peers found each other on the local network', ...lines].join('\n'),
      ...(advice === undefined ? {} : { advice }),
      interfaces: links,
    }
  },
}

async function findEachOther(signal: AbortSignal): Promise<boolean> {
  const first = await tinyPeer(0, { network: { mdns: true } })
  const second = await tinyPeer(1, { recipe: first.recipe, network: { mdns: true } })
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(DISCOVERY_DEADLINE_MS)])
    const met = until(within, resolve => first.addEventListener('peer:join', () => resolve()))
    await Promise.all([first.start(), second.start(), met])
    return true
  } catch {
    signal.throwIfAborted()
    return false
  } finally {
    await Promise.allSettled([first.stop(), second.stop()])
  }
}

/** A peer that has next to nothing to learn, of a swarm that nobody else is in. */
async function tinyPeer(label: 0 | 1, options: PeerOptions): Promise<Peer> {
  const recipe = options.recipe ?? {
    model: { name: 'linear', shape: [2], classes: 2 },
    // Enough that two who learn different things are apart.
    training: { steps: 20, batch: 1, optimizer: 'sgd', learningRate: 0.1, seed: randomInt(2 ** 40) },
  }
  return await createPeer({ ...options, recipe, data: tinyData(label) })
}

function tinyData(label: 0 | 1): Split {
  const part: Dataset = {
    name: 'one point',
    inputs: Float32Array.of(label, 1),
    labels: Int32Array.of(label),
    shape: [2],
    classes: 2,
  }
  return { train: part, test: part }
}

/** An exchange is told of where it began, which may be either side. */
async function untilAveraged(peers: readonly Peer[], signal: AbortSignal): Promise<void> {
  await until(signal, resolve => {
    for (const peer of peers) {
      peer.addEventListener('exchange', ({ detail }) => {
        if (detail.outcome === 'averaged') resolve()
      })
    }
  })
}

async function until(signal: AbortSignal, listen: (resolve: () => void) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('two peers on this machine did not meet in time')))
    listen(resolve)
  })
}
