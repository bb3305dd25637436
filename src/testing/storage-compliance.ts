/**
 * Compliance of drivers of the Storage port, whether its disk is real or not.
 *
 * @packageDocumentation
 */

import assert from 'node:assert/strict'
import type { Storage } from '../gossip/ports.ts'
import type { Checkpoint } from '../gossip/state/checkpoint.ts'
import { applyEntry } from '../gossip/state/journal.ts'
import type { JournalEntry } from '../gossip/state/journal-entry.ts'
import { createLedger } from '../gossip/state/ledger.ts'
import { type ComplianceTest, onStage } from './compliance-test.ts'
import { checkpoint } from './sample-checkpoint.ts'

/** The disk that a driver is tested on. */
export interface Shelf {
  /** A port for the first, or another life of the peer. What an earlier life has not written by now it never will. */
  open(): Promise<Storage>
  /** Runs a test; time passes while it does. @param look called at all moments at which the disk may have changed */
  run<T>(body: () => Promise<T>, look?: () => void): Promise<T>
  /** The disk as a crash at this moment would leave it. */
  capture(): Capture
  /** How often the disk was asked to make sure of what it was given. */
  flushes(): number
  /** Ends the last life, and takes an empty disk. */
  stop(): Promise<void>
}

/** What is on a disk at one moment. */
export interface Capture {
  /** The same for disks that hold the same. */
  readonly content: unknown
  /** What a peer would find that started from it. */
  load(): Promise<Checkpoint | undefined>
}

const base: Checkpoint = { ...checkpoint, decisions: [], doubts: [], aborts: undefined }

/** An exchange that this peer decides and one that a partner does, entangled; each entry changes something. */
const entries: readonly JournalEntry[] = [
  { type: 'decided', id: 'a', partner: 'p', frames: 1, first: 0, values: Float32Array.of(0.1, 0.2) },
  { type: 'prepared', id: 'a', partner: 'q', frame: 0, first: 0, values: Float32Array.of(1e-3, 3, -7e7) },
  {
    type: 'prepared',
    id: 'a',
    partner: 'q',
    frame: 1,
    first: 3,
    values: Float32Array.of(0.7, 0.3),
    indices: Int32Array.of(0, 2),
  },
  { type: 'applied', id: 'a', partner: 'q', frames: 1 },
  {
    type: 'decided',
    id: 'a',
    partner: 'p',
    frames: 2,
    first: 1,
    values: Float32Array.of(1 / 3, 2 ** -140),
    indices: Int32Array.of(1, 4),
  },
  { type: 'prepared', id: 'a', partner: 'q', frame: 2, first: 5, values: Float32Array.of(1) },
  { type: 'applied', id: 'a', partner: 'q', frames: 2 },
  { type: 'closed', id: 'a', partner: 'p', side: 'initiator' },
  { type: 'closed', id: 'a', partner: 'q', side: 'responder' },
  { type: 'decided', id: 'b', partner: 'q', frames: 1, first: 0, values: new Float32Array(0) },
  { type: 'decided', id: 'b', partner: 'q', frames: 2, first: 2, values: Float32Array.of(0.3) },
  { type: 'prepared', id: 'c', partner: 'q', frame: 4, first: 0, values: Float32Array.of(9) },
  { type: 'aborted', id: 'c', partner: 'q', frames: 4 },
  { type: 'returned', id: 'b', partner: 'q', frames: 1 },
  { type: 'prepared', id: 'd', partner: 'p', frame: 0, first: 4, values: Float32Array.of(5) },
  { type: 'closed', id: 'c', partner: 'q', side: 'responder' },
]

/** The state after so many of the entries, made as a running peer makes it. */
function stateAfter(count: number): Checkpoint {
  const parameters = base.parameters.slice()
  const ledger = createLedger()
  for (const entry of entries.slice(0, count)) applyEntry(parameters, ledger, entry)
  return { ...base, parameters, ...ledger.durable() }
}

/** Everything of a state, numbers by their bits, and fields by their names: their order is nobody's business. */
function bitsOf(state: Checkpoint | undefined): string {
  return JSON.stringify(state, (_key, value) => {
    if (ArrayBuffer.isView(value)) {
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

const states = Array.from({ length: entries.length + 1 }, (_, count) => bitsOf(stateAfter(count)))

/** How many of the entries a state has. */
function countIn(state: Checkpoint | undefined): number {
  return states.indexOf(bitsOf(state))
}

/**
 * The tests of every driver of the {@link Storage} port.
 *
 * @param shelf on which the driver keeps what it is given
 * @returns tests, of which any runner makes its own
 */
export function storageCompliance(shelf: Shelf): readonly ComplianceTest[] {
  const tests: ComplianceTest[] = []
  const test = (title: string, body: () => Promise<void>) => {
    tests.push(onStage(shelf, title, body))
  }
  const whole = (body: () => Promise<void>) => () => shelf.run(body)
  const loaded = async () => await (await shelf.open()).load()
  /** Its first checkpoint is there. */
  const begun = async () => {
    const storage = await shelf.open()
    await storage.save(base)
    return storage
  }
  const appendAll = (storage: Storage, some: readonly JournalEntry[]) =>
    Promise.all(some.map(entry => storage.append(entry)))

  test(
    'has nothing at first',
    whole(async () => assert.equal(await loaded(), undefined)),
  )

  test(
    'gives back what was saved last, all of it',
    whole(async () => {
      const storage = await begun()
      await storage.save(checkpoint)
      assert.equal(bitsOf(await loaded()), bitsOf(checkpoint))
    }),
  )

  test(
    'takes no entry before a checkpoint, on which it could be made',
    whole(async () => {
      const storage = await shelf.open()
      await assert.rejects(storage.append(entries[0]))
      assert.equal(await storage.load(), undefined)
    }),
  )

  test(
    'makes the same of entries as the peer that appended them, to the bit',
    whole(async () => {
      const storage = await begun()
      for (let count = 1; count <= entries.length; count++) {
        await storage.append(entries[count - 1])
        assert.deepEqual(await shelf.capture().load(), stateAfter(count))
        assert.equal(countIn(await shelf.capture().load()), count)
      }
    }),
  )

  test(
    'makes them again on what it made of them before',
    whole(async () => {
      await appendAll(await begun(), entries.slice(0, 3))
      const second = await shelf.open()
      assert.equal(countIn(await second.load()), 3)
      await appendAll(second, entries.slice(3, 7))
      const third = await shelf.open()
      assert.equal(countIn(await third.load()), 7)
      await appendAll(third, entries.slice(7))
      assert.equal(countIn(await loaded()), entries.length)
    }),
  )

  test(
    'appends in order, and tells so in order',
    whole(async () => {
      const storage = await begun()
      const told: number[] = []
      await Promise.all(entries.map((entry, i) => storage.append(entry).then(() => told.push(i))))
      assert.deepEqual(
        told,
        entries.map((_, i) => i),
      )
      assert.equal(countIn(await loaded()), entries.length)
    }),
  )

  test(
    'forgets with a new checkpoint what was appended before it, and not what is appended after',
    whole(async () => {
      const storage = await begun()
      const first = storage.append(entries[0])
      // By now it is on its way, and those that follow wait for it.
      for (let turn = 0; turn < 5; turn++) await undefined
      const before = appendAll(storage, entries.slice(1, 4))
      const saving = storage.save(stateAfter(4))
      const after = appendAll(storage, entries.slice(4, 6))
      await Promise.all([first, before, saving, after])
      assert.equal(countIn(await shelf.capture().load()), 6)
      await storage.save(stateAfter(6))
      assert.equal(countIn(await shelf.capture().load()), 6)
      await appendAll(storage, entries.slice(6))
      assert.equal(countIn(await loaded()), entries.length)
    }),
  )

  test(
    'saves the checkpoint as it is when it is told to',
    whole(async () => {
      const storage = await begun()
      const saving = storage.save(stateAfter(0))
      const appending = storage.append(entries[0])
      await saving
      await appending
      assert.equal(countIn(await loaded()), 1)
    }),
  )

  test(
    'goes on where one life saved without having loaded',
    whole(async () => {
      await appendAll(await begun(), entries.slice(0, 5))
      const storage = await shelf.open()
      await storage.save(base)
      assert.equal(countIn(await shelf.capture().load()), 0)
      await storage.append(entries[0])
      assert.equal(countIn(await loaded()), 1)
    }),
  )

  test(
    'leaves the arrays of an entry to their owner once it is appended',
    whole(async () => {
      const storage = await begun()
      const values = new Float32Array(3)
      const indices = new Int32Array(2)
      const lent = (entry: JournalEntry): JournalEntry => {
        if (!('values' in entry)) return entry
        values.set(entry.values)
        const lentValues = values.subarray(0, entry.values.length)
        if (entry.indices === undefined) return { ...entry, values: lentValues }
        indices.set(entry.indices)
        return { ...entry, values: lentValues, indices }
      }
      for (const entry of entries.slice(0, 6)) {
        await storage.append(lent(entry))
        values.fill(9)
        indices.fill(1)
      }
      assert.equal(countIn(await shelf.capture().load()), 6)
      assert.equal(countIn(await loaded()), 6)
    }),
  )

  test(
    'flushes once for all that came while it flushed',
    whole(async () => {
      const storage = await begun()
      await storage.append(entries[0])
      const before = shelf.flushes()
      await Promise.all(Array.from({ length: 300 }, () => storage.append({ ...entries[0], first: 2 } as JournalEntry)))
      assert.ok(shelf.flushes() - before >= 1)
      assert.ok(shelf.flushes() - before <= 2)
    }),
  )

  test('has after a crash, at any moment, all that was told to be there, and what came next in order', async () => {
    const captures = new Map<unknown, { readonly load: Capture['load']; appended: number }>()
    let appended = 0
    const look = () => {
      const { content, load } = shelf.capture()
      const known = captures.get(content)
      if (known === undefined) captures.set(content, { load, appended })
      else known.appended = appended
    }
    const count = (one: Promise<void>) => one.then(() => void appended++)
    const storage = await shelf.run(begun)
    await shelf.run(async () => {
      const first = entries.slice(0, 3).map(entry => count(storage.append(entry)))
      await first[0]
      const second = entries.slice(3, 5).map(entry => count(storage.append(entry)))
      const saving = storage.save(stateAfter(5))
      const third = entries.slice(5, 7).map(entry => count(storage.append(entry)))
      await Promise.all([...first, ...second, third[0]])
      await count(storage.append(entries[7]))
      await saving
      await count(storage.append(entries[8]))
      await Promise.all([storage.save(stateAfter(9)), count(storage.append(entries[9]))])
      for (const entry of entries.slice(10)) await count(storage.append(entry))
    }, look)
    look()
    assert.equal(appended, entries.length)
    assert.ok(captures.size > 3)
    for (const capture of captures.values()) {
      assert.ok(countIn(await capture.load()) >= capture.appended)
    }
  })
  return tests
}
