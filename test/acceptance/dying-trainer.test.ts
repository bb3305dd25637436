import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { createPeer, type Peer, type PeerEvents } from '../../src/index.ts'
import { decodeCheckpoint } from '../../src/public/models.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function once<Name extends keyof PeerEvents>(peer: Peer, name: Name): Promise<PeerEvents[Name]> {
  return new Promise(resolve => peer.addEventListener(name, ({ detail }) => resolve(detail), { once: true }))
}

test('a peer whose training thread dies says so and stops cleanly with its checkpoint', async () => {
  const state = mkdtempSync(join(tmpdir(), 'hearsay-dying-'))
  folders.push(state)
  const threads: Worker[] = []
  const remember = (message: unknown) => threads.push((message as { worker: Worker }).worker)
  subscribe('worker_threads', remember)
  const peer = await createPeer({
    state,
    alone: true,
    recipe: { training: { steps: 4_000 } },
    seed: 1,
  })
  unsubscribe('worker_threads', remember)
  const failed = once(peer, 'failed')
  const rounds = once(peer, 'round')
  const stopped = once(peer, 'stopped')
  await peer.start()
  await rounds

  await threads[0].terminate()
  expect((await failed).error.name).toBe('TrainerDiedError')
  await expect(peer.untilConsensus({ signal: AbortSignal.timeout(10_000) })).rejects.toThrow(/training/i)
  await peer.stop('failed')

  const { reason, step, checkpoint: file } = await stopped
  expect(reason).toBe('failed')
  const { checkpoint } = decodeCheckpoint(readFileSync(file as string), file as string)
  expect(checkpoint.peer).toBe(peer.id)
  expect(checkpoint.step).toBe(step)
  expect(checkpoint.step).toBeGreaterThan(0)
  expect(checkpoint.parameters).toEqual(peer.parameters())
})
