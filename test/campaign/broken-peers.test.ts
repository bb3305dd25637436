import { describe, expect, test } from 'vitest'
import { appliesBeforeTheCommit, dropsDoubts, forgetsDecisions, preparesInMemory } from '../simulations/broken-cores.ts'
import { appendsTwice, ignoresChecksums, overwritesExchanges } from './broken-peers.ts'
import type { RunOptions } from './run-schedule.ts'
import { runSeed, type SeedRun } from './seed-run.ts'

/** So that a busy machine finds the same. */
const LIMIT = { milliseconds: 60_000, runs: 30 }
const FEW_FAULTS = 4

interface Broken {
  readonly what: string
  readonly options: RunOptions
  /** The first seed that is run, and how many are at most. What needs a certain damage, or a crash at a certain moment, is not in every schedule. */
  readonly from: number
  readonly runs: number
}

const broken: readonly Broken[] = [
  { what: 'applies before the commit', options: { core: appliesBeforeTheCommit }, from: 1, runs: 3 },
  { what: 'drops what it holds in doubt', options: { core: dropsDoubts }, from: 6, runs: 3 },
  { what: 'loses its decisions in a crash', options: { core: forgetsDecisions }, from: 1, runs: 3 },
  { what: 'says prepared before it could survive a crash', options: { core: preparesInMemory }, from: 1, runs: 3 },
  { what: 'adds a frame twice that is twice in its journal', options: { core: appendsTwice }, from: 19, runs: 5 },
  {
    what: 'puts what it trained in the place of what it holds',
    options: { core: overwritesExchanges },
    from: 6,
    runs: 3,
  },
  { what: 'ignores the checksums of its journal', options: { read: ignoresChecksums }, from: 43, runs: 3 },
]

describe('a campaign catches a peer that', () => {
  test.for(broken)('$what', { timeout: 120_000 }, async ({ options, from, runs }) => {
    let caught: SeedRun | undefined
    for (let seed = from; seed < from + runs && caught === undefined; seed++) {
      const run = await runSeed(seed, { ...options, shrinking: LIMIT })
      if (run.outcome.failure !== undefined) caught = run
    }
    expect(caught).toBeDefined()
    const { smaller, outcome } = caught as SeedRun
    expect(['mean', 'halves', 'storage']).toContain(outcome.failure?.invariant)
    expect(smaller?.failure.invariant).toBe(outcome.failure?.invariant)
    expect(smaller?.schedule.faults.length).toBeLessThanOrEqual(FEW_FAULTS)
  })
})
