import { expect, test } from 'vitest'
import { receive } from '../../../src/gossip/streams/messages.ts'
import { MAX_SERVED_AT_ONCE, MAX_SERVED_TO_ONE, UNREAD_GRACE_MS } from '../../../src/gossip/sync/constants.ts'
import { PIECE_FLOATS } from '../../../src/gossip/sync/pieces.ts'
import { FRAME_FLOATS } from '../../../src/parameters/constants.ts'
import { never } from '../byzantine-peer.ts'
import { createFetchingSwarm, document, type FetchingSwarm, hashOf } from '../fetching-swarm.ts'

const LENGTH = PIECE_FLOATS + FRAME_FLOATS

async function openAs({ network, run }: FetchingSwarm, peer: string, count: number) {
  const port = network.join(peer)
  await port.start({
    stream: async () => {},
    announcement: () => 'accept',
    connected() {},
    acquainted() {},
    disconnected() {},
  })
  return await run(Promise.all(Array.from({ length: count }, () => port.open('holder', 'fetch', never))))
}

const ask = { type: 'fetch', first: 0, end: FRAME_FLOATS }

async function createHolder(bandwidth?: number) {
  const swarm = await createFetchingSwarm({ length: LENGTH, bandwidth })
  const vector = Float32Array.from({ length: LENGTH }, (_, i) => i)
  await swarm.hold('holder', vector, 1)
  return { ...swarm, vector }
}

/** Peers that ask for nothing and hold every place. */
async function occupy(swarm: FetchingSwarm, each: number): Promise<void> {
  for (let held = 0; held < MAX_SERVED_AT_ONCE; held += each) await openAs(swarm, `idle-${held}`, each)
}

test('four peers that have all places by twos give one to another at once', async () => {
  const swarm = await createHolder()
  await occupy(swarm, MAX_SERVED_TO_ONE)
  const [stream] = await openAs(swarm, 'another', 1)
  await stream.write(document(ask), never)
  expect(await swarm.run(receive(stream, 'vector', never))).toMatchObject({ length: LENGTH })
})

test('those who read nothing give their places when somebody asks, and not before they had time to', async () => {
  const swarm = await createHolder()
  await occupy(swarm, 1)
  const [early] = await openAs(swarm, 'early', 1)
  await expect(swarm.run(receive(early, 'vector', never))).rejects.toThrow('too many')
  await swarm.wait(UNREAD_GRACE_MS)
  const [late] = await openAs(swarm, 'late', 1)
  await late.write(document(ask), never)
  expect(await swarm.run(receive(late, 'vector', never))).toMatchObject({ length: LENGTH })
})

test('a newcomer behind a line of 1 Mbit/s gets its vector, though others hold every place and ask all the time', async () => {
  const swarm = await createHolder(1)
  await occupy(swarm, MAX_SERVED_TO_ONE)
  let asked = 0
  const harass = () => {
    const name = `idle-again-${asked++}`
    const port = swarm.network.join(name)
    port
      .start({
        stream: async () => {},
        announcement: () => 'accept',
        connected() {},
        acquainted() {},
        disconnected() {},
      })
      .then(() => port.open('holder', 'fetch', never))
      .catch(() => {})
    swarm.clock.after(2_000, harass)
  }
  harass()
  const fetched = await swarm.run(swarm.newcomer.withHash(hashOf(swarm.vector), ['holder'], never))
  expect(fetched?.vector).toEqual(swarm.vector)
  expect(asked).toBeGreaterThan(10)
})
