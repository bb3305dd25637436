import { execFile } from 'node:child_process'
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder()
const PROGRAM = join(import.meta.dirname, 'programs', 'load-and-read.ts')
const MiB = 1024 * 1024
const HEAP_MIB = 48
const LIMIT_BYTES = 4 * MiB

interface Report {
  /** Bytes by which the process's peak has grown. */
  readonly grown: number
  readonly samples: number
  readonly sum: number
}

/** @param small another source of the same kind, to load everything that loading needs */
async function loadInChild(source: string, small: string): Promise<Report> {
  // How soon the heap of young objects grows is no matter of the data.
  const flags = [
    `--max-old-space-size=${HEAP_MIB}`,
    '--max-semi-space-size=4',
    PROGRAM,
    source,
    String(LIMIT_BYTES),
    small,
  ]
  const { stdout } = await promisify(execFile)(process.execPath, flags, {
    env: { ...process.env, TMPDIR: folder.path },
    timeout: 50_000,
  })
  return JSON.parse(stdout)
}

function writeRepeatedly(name: string, start: Buffer, part: Buffer, times: number): string {
  const path = join(folder.path, name)
  const file = openSync(path, 'w')
  writeSync(file, start)
  for (let i = 0; i < times; i++) writeSync(file, part)
  closeSync(file)
  return path
}

function idxHeader(...sizes: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length)
  header.set([0, 0, 8, sizes.length])
  for (const [i, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * i)
  return header
}

describe('data that are larger than what memory is allowed take a fraction of their size', () => {
  test('IDX', async () => {
    // They would take 320 MiB as float32.
    const [images, pixels] = [80 * 16, 256 * 256]
    const idx = (name: string, count: number) => {
      const content = Buffer.alloc(16 * pixels, 51)
      const file = writeRepeatedly(`${name}-images`, idxHeader(count, 256, 256), content, count / 16)
      return `idx:${file},${writeRepeatedly(`${name}-labels`, idxHeader(count), Buffer.alloc(16, 1), count / 16)}`
    }
    const { grown, samples, sum } = await loadInChild(idx('large', images), idx('small', 16))
    expect(samples).toBe(images)
    expect(sum / (images * pixels)).toBeCloseTo(0.2, 6)
    expect(grown).toBeLessThan((images * pixels * 4) / 4)
  })

  test('CSV', async () => {
    // They would take 48 MiB as float32.
    const [rows, columns] = [3_072, 4_096]
    const row = Buffer.from(`${'3,'.repeat(columns)}`)
    const halves = Buffer.concat([row, Buffer.from('a\n'), row, Buffer.from('b\n')])
    const large = writeRepeatedly('large.csv', Buffer.alloc(0), halves, rows / 2)
    const small = writeRepeatedly('small.csv', Buffer.alloc(0), halves, 150)
    const { grown, samples, sum } = await loadInChild(`csv:${large}?header=no`, `csv:${small}?header=no`)
    expect(samples).toBe(rows)
    expect(sum).toBe(3 * rows * columns)
    expect(grown).toBeLessThan((rows * columns * 4) / 2)
  })

  test('and where there is no folder for them, that is said', async () => {
    const file = writeRepeatedly('nowhere.csv', Buffer.alloc(0), Buffer.from('1,2,a\n3,4,b\n'), 5)
    const loading = promisify(execFile)(process.execPath, [PROGRAM, `csv:${file}?header=no`, '0', 'digits'], {
      env: { ...process.env, TMPDIR: '/nonexistent' },
      timeout: 50_000,
    })
    await expect(loading).rejects.toThrow(
      /samples that do not fit into memory cannot be kept in \/nonexistent \(ENOENT.*\); name a folder with room in TMPDIR/,
    )
  })

  test('and nothing of them is left behind', () => {
    expect(readdirSync(folder.path).filter(name => name.startsWith('hearsay-data-'))).toEqual([])
  })
})
