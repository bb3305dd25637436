import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { runSchedule } from './run-schedule.ts'
import { drawSchedule, type Schedule } from './schedule.ts'
import { runWatched } from './seed-run.ts'

const folder = temporaryFolder()

const RUNS = 12
const MOST_SECONDS = 60

describe('a schedule', () => {
  async function logOf(schedule: Schedule): Promise<string> {
    const lines: string[] = []
    await runSchedule(schedule, { log: line => lines.push(line) })
    return lines.join('\n')
  }

  test('is the same when its seed is, and another when it is another', () => {
    expect(drawSchedule(7)).toEqual(drawSchedule(7))
    expect(drawSchedule(8)).not.toEqual(drawSchedule(7))
  })

  test('comes through JSON as it is', () => {
    for (let seed = 0; seed < 50; seed++) {
      const schedule = drawSchedule(seed)
      expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule)
    }
  })

  test('gives the same events, byte for byte, where disks are damaged and machines suspended too', async () => {
    const schedule = scheduleWith(['crash', 'suspend', 'split'])
    const log = await logOf(schedule)
    expect(log.split('\n').length).toBeGreaterThan(50)
    expect(await logOf(schedule)).toBe(log)
    expect(await logOf({ ...schedule, seed: schedule.seed + 1 })).not.toBe(log)
  })
})

/** The first that is drawn with a flipped bit and faults of all these kinds. */
function scheduleWith(kinds: readonly string[]): Schedule {
  for (let seed = 0; ; seed++) {
    const schedule = drawSchedule(seed)
    const has = (kind: string) => schedule.faults.some(fault => fault.kind === kind)
    const isFlipped = schedule.faults.some(fault => fault.kind === 'crash' && fault.damage?.kind === 'flip')
    if (schedule.peers > 2 && schedule.dimension < 100 && isFlipped && kinds.every(has)) return schedule
  }
}

describe('a campaign', () => {
  test(`of ${RUNS} schedules breaks no promise, and comes to every kind of fault`, { timeout: 120_000 }, async () => {
    const counts = new Map<string, number>()
    for (let seed = 1; seed <= RUNS; seed++) {
      const { failure, counts: found } = await runWatched(drawSchedule(seed))
      expect(failure, `seed ${seed}`).toBeUndefined()
      for (const [what, count] of Object.entries(found)) counts.set(what.split(' ')[0], count)
    }
    for (const kind of ['crashes', 'resets', 'connections', 'machines', 'splits', 'journals', 'exchanges'])
      expect([...counts.keys()]).toContain(kind)
  })

  const program = fileURLToPath(new URL('./campaign.ts', import.meta.url))
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [program, ...args], { timeout: MOST_SECONDS * 1_000 })

  test('says in its last line what it has run', async () => {
    const { stdout } = await run('--runs', '2', '--seed', '11', '--workers', '1')
    expect(stdout.trim().split('\n').at(-1)).toMatch(/^2 runs, seeds 11 to 12, 0 failed, \d+ s$/)
  })

  test('replays a schedule from a file, and ends with 1 where it fails', async () => {
    const whole = folder.write('whole.json', JSON.stringify(drawSchedule(11)))
    const { stdout } = await run('--replay', whole, '--log')
    expect(stdout).toMatch(/over: /)
    const impossible = { ...drawSchedule(11), liars: [{ peer: 0, kind: 'nobody' }] }
    await expect(run('--replay', folder.write('impossible.json', JSON.stringify(impossible)))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no member lies so: nobody'),
    })
  })

  test('refuses what is no number of runs', async () => {
    await expect(run('--runs', 'many')).rejects.toMatchObject({ code: 2 })
  })
})
