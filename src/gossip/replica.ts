import { addScaled } from '../parameters/vectors.ts'
import { MAX_STEPS } from './constants.ts'
import { createLedger, type Ledger } from './ledger.ts'

/**
 * What this peer has learned, and what of it stands open with others. The one thing that training, exchanges and the
 * seal share; all of it changes on one thread.
 */
export interface Replica {
  /** `[parameters]`, changed in place, and only through this interface. */
  readonly parameters: Float32Array
  /** Grows with every change of the parameters. */
  readonly version: number
  /** Local steps that this peer has done. */
  step: number
  /** Local steps that its parameters have absorbed: the most of all that it has merged. */
  age: number
  readonly ledger: Ledger
  /** Adds a difference: how both training and exchanges change parameters, so that neither undoes the other. */
  add(difference: Float32Array): void
  /** Its parameters have absorbed as many steps as another's. */
  absorb(age: number): void
  /** Takes a whole vector in place of its own: a latecomer's, or the swarm's seal. */
  replace(vector: Float32Array): void
  /** Resolves when the state as it is now would survive a crash. */
  persist(): Promise<void>
}

export interface ReplicaStart {
  readonly parameters: Float32Array
  readonly step: number
  readonly age: number
  readonly ledger?: Ledger
}

/** @param save writes the state as it is when called; calls do not overlap */
export function createReplica(start: ReplicaStart, save: () => Promise<void>): Replica {
  const parameters = start.parameters.slice()
  let version = 0
  let saving: Promise<void> = Promise.resolve()
  let queued: Promise<void> | undefined

  return {
    parameters,
    get version() {
      return version
    },
    step: start.step,
    age: start.age,
    ledger: start.ledger ?? createLedger([], []),
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
    persist() {
      // Group commit: whoever comes while a save runs shares the next one, which sees all their changes.
      queued ??= saving.then(() => {
        queued = undefined
        saving = save()
        return saving
      })
      return queued
    },
  }
}
