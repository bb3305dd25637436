import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { createPeer, loadDataset, type Peer, type PeerEvents } from '../../src/index.ts'
import { missingData, realData } from '../data/real-data.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const PROGRAM = fileURLToPath(new URL('../../peer/hearsay.ts', import.meta.url))
const PEERS = 6
/** A few seconds of training: who comes in the middle, or comes back, finds the others at it. */
const STEPS = 900
/** When the others have trained for so long, the late one comes. */
const LATE_STEP = STEPS / 3
/** Steps that the others are ahead when the killed one returns: twice as many as make a peer late. */
const AHEAD = 200
const RECIPE = { model: { name: 'mlp:32' }, training: { steps: STEPS } }
const MODEL_BYTES = 4 * (784 * 32 + 32 + 32 * 10 + 10)
const LISTEN = ['/ip4/127.0.0.1/tcp/0']

const folder = temporaryFolder()
const children = new Set<ChildProcess>()
const peers = new Set<Peer>()
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all([...peers].map(peer => peer.stop()))
})

/** An event of a process, as far as it matters here. */
interface Said extends Partial<PeerEvents['consensus'] & PeerEvents['stopped']> {
  readonly event: string
  readonly peerId?: string
  readonly outcome?: string
  readonly message?: string
}

/** `hearsay peer --json`, in a process of its own. */
function startProcess(args: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, 'peer', ...args, '--json', '--quiet'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  const events: Said[] = []
  const watchers = new Set<() => void>()
  let closed = false
  function look(): void {
    for (const watcher of watchers) watcher()
  }
  createInterface({ input: child.stdout })
    .on('line', line => {
      events.push(JSON.parse(line))
      look()
    })
    .on('close', () => {
      closed = true
      look()
    })
  return {
    exit: once(child, 'exit').then(([code, signal]) => signal ?? code),
    kill: () => child.kill('SIGKILL'),
    /** Resolves with the first event of this name that is accepted, said before or after. */
    said: (event: string, accept = (_: Said) => true) =>
      new Promise<Said>((resolve, reject) => {
        function watcher(): void {
          const found = events.find(one => one.event === event && accept(one))
          if (found !== undefined) resolve(found)
          else if (closed) reject(new Error(`the process ended without ${event}`))
          else return
          watchers.delete(watcher)
        }
        watchers.add(watcher)
        watcher()
      }),
  }
}

/** Resolves with the first event of this name that is accepted from now on. */
function next<Name extends keyof PeerEvents>(peer: Peer, event: Name, accept = (_: PeerEvents[Name]) => true) {
  return new Promise<PeerEvents[Name]>(resolve => {
    peer.addEventListener(event, ({ detail }) => {
      if (accept(detail)) resolve(detail)
    })
  })
}

/** It took the parameters of others in place of its own; on a very slow machine, those on which they had sealed by then. */
const tellsOfCatchingUp = ({ message = '' }: { readonly message?: string }) =>
  /^joined late|the others had sealed before/.test(message)

test('of six peers on MNIST one comes late and one is killed and returns: all seal on one hash, and say what they fetched', async context => {
  const mnist = realData('mnist-10k')
  if (mnist === undefined) return context.skip(missingData('mnist-10k'))
  const source = `idx:${join(mnist, 't10k-images-idx3-ubyte.gz')},${join(mnist, 't10k-labels-idx1-ubyte.gz')}`
  const data = await loadDataset(source, { seed: 1 })
  async function embed(index: number, connect: readonly string[]): Promise<Peer> {
    const shard = { index, of: PEERS, partition: 'iid', seed: 1 }
    const network = { listen: LISTEN, connect, mdns: false }
    const peer = await createPeer({ recipe: RECIPE, data, shard, network, backend: 'wasm' })
    peers.add(peer)
    return peer
  }

  const first = await embed(0, [])
  await first.listen()
  const connect = first.addresses()
  const recipe = folder.write('recipe.json', JSON.stringify(RECIPE))
  const place = ['--listen', ...LISTEN, '--connect', connect[0], '--no-mdns', '--state', join(folder.path, 'state')]
  const own = ['--data', source, '--shard', `${PEERS}/${PEERS}`, '--seed', '1', '--backend', 'wasm']
  const killed = startProcess([recipe, ...place, ...own])
  const steady = [first, ...(await Promise.all([1, 2, 3].map(index => embed(index, connect))))]
  const before = await killed.said('started')
  const goodPart = next(first, 'round', ({ step }) => step >= LATE_STEP)
  const trained = next(first, 'trained')
  await Promise.all(steady.map(peer => peer.start()))

  // Its disk holds what it has averaged.
  await killed.said('exchange', ({ outcome }) => outcome === 'averaged')
  killed.kill()
  expect(await killed.exit).toBe('SIGKILL')
  const { age } = first.status()
  const farAhead = Promise.race([next(first, 'round', round => round.age > age + AHEAD), trained])

  await goodPart
  const late = await embed(4, connect)
  const lateStatus = next(late, 'warning', tellsOfCatchingUp).then(() => late.status())
  await late.start()
  await farAhead
  const returning = startProcess([recipe, ...place, ...own])
  const after = await returning.said('started')
  expect(after.peerId).toBe(before.peerId)
  expect(after.step).toBeGreaterThan(0)

  const embedded = [...steady, late]
  const signal = AbortSignal.timeout(80_000)
  const agreed = await Promise.all(embedded.map(peer => peer.untilConsensus({ signal })))
  // The process asks, and waits for those that do not.
  for (const peer of embedded) peer.evaluateTogether().catch(() => {})
  const seals = [...agreed, await returning.said('consensus')].map(({ parametersHash }) => parametersHash)
  expect(seals).toEqual(Array(PEERS).fill(seals[0]))

  // The bytes of one model, as long as nothing had to be fetched again. It had averaged with nobody before.
  const { fetchedBytes, exchanges } = await lateStatus
  expect(exchanges).toBe(0)
  expect(fetchedBytes).toBeGreaterThanOrEqual(MODEL_BYTES)
  expect(fetchedBytes).toBeLessThan(3 * MODEL_BYTES)
  const lateResult = next(late, 'stopped')
  await late.stop('consensus')
  expect((await lateResult).fetchedBytes).toBeGreaterThanOrEqual(fetchedBytes)

  // Its training is not dropped: it averages from where it was. For the seal it fetches at most what each of the six proposed.
  const result = await returning.said('stopped')
  expect([await returning.exit, result.inModel, result.leftOut]).toEqual([0, true, 0])
  expect(result.fetchedBytes).toBeLessThan((1 + PEERS) * MODEL_BYTES)
  const { bytesIn = 0, bytesOut = 0, exchangeBytes = 0, fetchBytes = 0, overheadBytes = 0 } = result
  expect(fetchBytes).toBeGreaterThanOrEqual(result.fetchedBytes ?? 0)
  expect(exchangeBytes).toBeGreaterThan(0)
  expect(exchangeBytes + fetchBytes + overheadBytes).toBe(bytesIn + bytesOut)
}, 100_000)
