import { describe, expect, test } from 'vitest'
import { FRAME_FLOATS } from '../../src/parameters/constants.ts'
import { appliesBeforeTheCommit, dropsDoubts, forgetsDecisions, preparesInMemory } from './broken-cores.ts'
import { ChaosError, type Core, chaosRun } from './chaos.ts'
import { countCuts, EXCHANGE_PHASES } from './cut-phases.ts'

const replayed = process.env.CHAOS_SEED

describe.skipIf(replayed === undefined)('replaying one seed', () => {
  test(`seed ${replayed}, with its event log`, async () => {
    await chaosRun(Number(replayed), { log: line => console.log(line) })
  })
})

describe.skipIf(replayed !== undefined)('a chaos run', () => {
  async function logOf(seed: number): Promise<string> {
    const lines: string[] = []
    await chaosRun(seed, { log: line => lines.push(line) })
    return lines.join('\n')
  }

  test('has the same event log, byte for byte, when its seed is the same', async () => {
    const log = await logOf(7)
    expect(log.split('\n').length).toBeGreaterThan(500)
    expect(await logOf(7)).toBe(log)
  })

  test('has another event log when its seed is another', async () => {
    expect(await logOf(8)).not.toBe(await logOf(7))
  })

  test('of vectors of several frames keeps the mean too, and cuts between frames', async () => {
    let shortened = 0
    const log = (line: string) => {
      if (line.includes('"outcome":"shortened"') || line.includes('"outcome":"unsettled"')) shortened++
    }
    await chaosRun(1, { peers: 4, dimension: FRAME_FLOATS + 1, log })
    expect(shortened).toBeGreaterThan(5)
  })

  test('cuts exchanges in every phase, and settlements too', async () => {
    const cuts = new Map<string, number>()
    for (let seed = 0; seed < 5; seed++) await chaosRun(seed, { core: countCuts(cuts) })
    for (const phase of [...EXCHANGE_PHASES, 'settle']) {
      expect(cuts.get(phase) ?? 0, `cuts in the phase ${phase}`).toBeGreaterThan(10)
    }
  })
})

describe.skipIf(replayed !== undefined)('the chaos suite catches a core that', () => {
  const broken: readonly [string, Core][] = [
    ['applies when it says prepared, before the commit', appliesBeforeTheCommit],
    ['drops what it holds in doubt instead of settling it', dropsDoubts],
    ['loses its decisions in a crash', forgetsDecisions],
    ['says prepared before it could survive a crash', preparesInMemory],
  ]

  test.for(broken)('%s', async ([, core]) => {
    const failures: unknown[] = []
    for (let seed = 0; seed < 5; seed++) await chaosRun(seed, { core }).catch(error => failures.push(error))
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(ChaosError)
      expect(String(failure)).toMatch(
        /the mean has moved by .* replay it with CHAOS_SEED=\d npm test -- test\/simulations/,
      )
    }
  })
})
