import { addScaled } from '../../parameters/vectors.ts'
import { MAX_STEPS } from '../constants.ts'
import type { Checkpoint } from './checkpoint.ts'
import { JOURNAL_MINIMUM_BYTES, JOURNAL_OVER_PARAMETERS } from './constants.ts'
import { type Contribution, createContribution } from './contribution.ts'
import { copyOfDifference } from './difference.ts'
import { applyEntry } from './journal.ts'
import type { JournalEntry } from './journal-entry.ts'
import { createLedger, type Ledger } from './ledger.ts'

/**
 * The parameters that this peer has learned, and the exchanges that stand open with others. The one thing that training, exchanges and the
 * seal share; all of it changes on one thread.
 */
export interface Replica {
  /** `[parameters]`, changed in place, and only through this interface. */
  readonly parameters: Float32Array
  /** Grows with every change of the parameters. */
  readonly version: number
  /** Steps of the run: those that this peer has done, for a latecomer beside those that others had done before it came. */
  step: number
  /** The share that this peer has in the swarm. */
  readonly contribution: Contribution
  /** Local steps that its parameters have absorbed: the most of all that it has merged. */
  age: number
  /** To be read; {@link record} and the seal change it. */
  readonly ledger: Ledger
  /** Adds a difference: how both training and exchanges change parameters, so that neither undoes the other. */
  add(difference: Float32Array): void
  /** Its parameters have absorbed as many steps as another's. */
  absorb(age: number): void
  /** Takes a whole vector in place of its own: a latecomer's, or the swarm's seal. */
  replace(vector: Float32Array): void
  /**
   * Makes a change of an exchange, at once, and writes it down. The entry's arrays must keep still until it is.
   *
   * @returns what resolves when the change, and all before it, would survive a crash; undefined where nothing is kept
   */
  record(entry: JournalEntry): Promise<void> | undefined
  /** Resolves when all that was recorded would survive a crash. */
  flushed(): Promise<void>
  /** Resolves when the state as it is now would survive a crash. */
  persist(): Promise<void>
  durable(): Pick<Checkpoint, 'step' | 'age' | 'contribution' | 'parameters' | 'decisions' | 'doubts' | 'aborts'>
}

export interface ReplicaStart {
  readonly parameters: Float32Array
  readonly step: number
  readonly age: number
  readonly ledger?: Ledger
  readonly contribution?: Contribution
}

/** The storage of a replica; both reject only where the peer cannot go on. */
export interface ReplicaStorage {
  /** Writes the state as it is when called; calls do not overlap. */
  save(): Promise<void>
  /** Appends to the journal, as {@link Storage.append} does. */
  append(entry: JournalEntry): Promise<void>
  /** Whether there is a checkpoint to which entries can be added. */
  readonly begun: boolean
}

/** About what an entry takes beside its numbers. */
const ENTRY_BYTES = 256

/** @param storage without it a crash loses everything */
export function createReplica(start: ReplicaStart, storage?: ReplicaStorage): Replica {
  const parameters = start.parameters.slice()
  const ledger = start.ledger ?? createLedger()
  const journalLimit = Math.max(JOURNAL_MINIMUM_BYTES, JOURNAL_OVER_PARAMETERS * parameters.byteLength)
  let version = 0
  let saving: Promise<void> = Promise.resolve()
  let queued: Promise<void> | undefined
  let begun = storage?.begun ?? false
  let appended: Promise<void> = Promise.resolve()
  let journalled = 0
  /** The first checkpoints, which hold what was recorded before there was one. */
  let unsaved: Promise<void> | undefined

  function persist(): Promise<void> {
    if (storage === undefined) return Promise.resolve()
    // Group commit: callers that come while a save runs share the next one, which sees all their changes.
    queued ??= saving.then(() => {
      queued = undefined
      journalled = 0
      saving = storage.save()
      return saving.then(() => {
        begun = true
      })
    })
    return queued
  }

  function append(entry: JournalEntry): Promise<void> | undefined {
    if (storage === undefined) return undefined
    // The first checkpoint has the entry in it; no later entry is durable before that.
    if (!begun) {
      unsaved = appended = persist()
      return appended
    }
    journalled += ENTRY_BYTES + ('values' in entry ? entry.values.byteLength : 0)
    const written = storage.append(entry)
    appended = unsaved === undefined ? written : Promise.all([unsaved, written]).then(() => {})
    // Reading a journal back takes as long as it is, and it takes room: a checkpoint makes it short again.
    if (journalled > journalLimit) persist().catch(() => {})
    return appended
  }

  return {
    parameters,
    get version() {
      return version
    },
    step: start.step,
    age: start.age,
    contribution: start.contribution ?? createContribution(),
    ledger,
    add(difference) {
      addScaled(parameters, 1, difference)
      version++
    },
    absorb(age) {
      this.age = Math.min(MAX_STEPS, Math.max(this.age, age))
    },
    replace(vector) {
      parameters.set(vector)
      version++
    },
    record(entry) {
      if (applyEntry(parameters, ledger, entry)) version++
      return append(entry)
    },
    async flushed() {
      if (storage === undefined) return
      await (begun ? appended : persist())
    },
    persist,
    durable() {
      const { decisions, doubts, aborts } = ledger.durable()
      return {
        step: this.step,
        age: this.age,
        contribution: this.contribution.state(),
        parameters: parameters.slice(),
        // Their memory is used for others once they are settled.
        decisions: decisions.map(({ added, ...rest }) => ({
          ...rest,
          ...(added && { added: added.map(copyOfDifference) }),
        })),
        doubts: doubts.map(doubt => ({ ...doubt, values: doubt.values.slice() })),
        aborts,
      }
    },
  }
}
