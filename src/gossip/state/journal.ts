/**
 * The journal of a replica: the changes that exchanges make to what a peer holds, one small entry at a time. Each is written down before
 * the partner is told, and read back after a crash on top of the last checkpoint. A checkpoint of the whole model at every frame would cost
 * as much as the model each time.
 *
 * @packageDocumentation
 */

import type { Checkpoint } from './checkpoint.ts'
import { addDifference, type Difference, takeBackDifference } from './difference.ts'
import type { JournalEntry } from './journal-entry.ts'
import { createLedger, type Ledger } from './ledger.ts'

/** Makes the change that an entry tells of. @returns whether the parameters changed */
export function applyEntry(parameters: Float32Array, ledger: Ledger, entry: JournalEntry): boolean {
  switch (entry.type) {
    case 'decided':
      addDifference(parameters, entry)
      ledger.decide(entry.partner, entry.id, entry.frames, differenceOf(entry))
      return true
    case 'prepared': {
      const { type: _, ...doubt } = entry
      ledger.prepare(doubt)
      return false
    }
    case 'applied': {
      const differences = ledger.resolve(entry.partner, entry.id, entry.frames)
      for (const difference of differences) addDifference(parameters, difference)
      return differences.length > 0
    }
    case 'aborted':
      ledger.abort(entry.partner, entry.id, entry.frames)
      return false
    case 'returned': {
      const differences = ledger.takeBack(entry.partner, entry.id, entry.frames)
      for (const difference of differences) takeBackDifference(parameters, difference)
      return differences.length > 0
    }
    case 'closed':
      if (entry.side === 'initiator') ledger.forget(entry.partner, entry.id)
      else ledger.dismiss(entry.partner, entry.id)
      return false
  }
}

function differenceOf({ first, values, indices }: Difference): Difference {
  return { first, values, ...(indices !== undefined && { indices }) }
}

/** The checkpoint as it would be had it been taken after these entries. The parameters that are given are left alone. */
export function replay(checkpoint: Checkpoint, entries: Iterable<JournalEntry>): Checkpoint {
  const parameters = checkpoint.parameters.slice()
  const ledger = createLedger(checkpoint)
  let changed = false
  for (const entry of entries) changed = applyEntry(parameters, ledger, entry) || changed
  const { contribution } = checkpoint
  return {
    ...checkpoint,
    parameters,
    ...ledger.durable(),
    // The exchange that had changed them was the first, perhaps, and the peer is no newcomer any more.
    ...(changed && contribution && { contribution: { ...contribution, established: true } }),
  }
}
