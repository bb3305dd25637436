import { existsSync, mkdirSync, truncateSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { type Dataset, subset } from '../../src/data/dataset.ts'
import { createRowStore } from '../../src/data/row-store.ts'
import type { Split } from '../../src/data/source.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { standardise } from '../../src/data/standardise.ts'
import { inMemory, type StoredRows } from '../../src/data/stored-rows.ts'
import { createRandom } from '../../src/random/random.ts'
import { tableSchema } from '../../src/table/schema.ts'
import { createTrainer } from '../../src/training/create-trainer.ts'
import { shareDataset } from '../../src/training/remote/share-dataset.ts'
import { createWorkerTrainer } from '../../src/training/remote/worker-trainer.ts'
import { createTensorflowTrainer } from '../../src/training/tensorflow-trainer.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobOptions, blobs } from '../training/blobs.ts'
import { inputsOf } from './inputs-of.ts'

const folder = temporaryFolder()
// The test runner kills its processes, and they cannot clean up: what one kept is removed with the rest.
vi.stubEnv('TMPDIR', folder.path)
afterAll(() => vi.unstubAllEnvs())

/** Too little for anything. */
const NO_MEMORY = 0

function stored(dataset: Dataset): StoredRows {
  if (inMemory(dataset.inputs)) throw new Error(`${dataset.name} is in memory`)
  return dataset.inputs
}

/** The same dataset with its inputs in a file. */
function store(dataset: Dataset): Dataset {
  const rows = createRowStore({ element: 'float32', width: dataset.shape[0], limit: NO_MEMORY })
  rows.append(inputsOf(dataset))
  return { ...dataset, inputs: rows.finish() }
}

const random = createRandom(5)
const csv = Array.from({ length: 40 }, (_, i) => `${random.normal()},${random.normal() * 1e6},${i % 3}`).join('\n')

function idxFile(name: string, sizes: readonly number[], bytes: Uint8Array): string {
  const header = Buffer.alloc(4 + 4 * sizes.length)
  header.set([0, 0, 8, sizes.length])
  for (const [i, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * i)
  return folder.write(name, gzipSync(Buffer.concat([header, bytes])))
}

const asIs = async (split: Split) => split

async function sources(): Promise<[string, string, (split: Split) => Promise<Split>][]> {
  const images = idxFile(
    'images',
    [40, 3, 2],
    Uint8Array.from({ length: 240 }, () => random.integer(256)),
  )
  const labels = idxFile(
    'labels',
    [40],
    Uint8Array.from({ length: 40 }, (_, i) => i % 4),
  )
  mkdirSync(`${folder.path}/photos/a`, { recursive: true })
  mkdirSync(`${folder.path}/photos/b`)
  for (let i = 0; i < 10; i++) {
    const raw = Buffer.from(Array.from({ length: 48 }, () => random.integer(256)))
    const png = await sharp(raw, { raw: { width: 4, height: 4, channels: 3 } })
      .png()
      .toBuffer()
    folder.write(`photos/${i % 2 ? 'a' : 'b'}/${i}.png`, png)
  }
  return [
    ['csv', `csv:${folder.write('a.csv', csv)}?header=no`, asIs],
    ['csv, standardised', `csv:${folder.write('b.csv', csv)}?header=no`, split => standardise(split)],
    ['idx', `idx:${images},${labels}`, asIs],
    ['images', `images:${folder.path}/photos`, asIs],
  ]
}

test.each(await sources())(
  '%s: rows in a file are those that would be in memory, to the bit',
  async (_, source, prepare) => {
    const near = await prepare(await loadDataset(source, { seed: 2 }))
    const far = await prepare(await loadDataset(source, { seed: 2, memoryLimitBytes: NO_MEMORY }))
    for (const part of ['train', 'test'] as const) {
      expect(inMemory(near[part].inputs)).toBe(true)
      expect(stored(far[part]).rows).toHaveLength(near[part].labels.length)
      expect(inputsOf(far[part])).toEqual(near[part].inputs)
      expect({ ...far[part], inputs: null, maps: undefined }).toEqual({ ...near[part], inputs: null })
    }
  },
)

test('what is stored is decided by its size as float32, to the byte', async () => {
  const source = `csv:${folder.write('size.csv', csv)}?header=no`
  const bytes = 40 * 2 * 4
  expect(inMemory((await loadDataset(source, { seed: 1, memoryLimitBytes: bytes })).train.inputs)).toBe(true)
  expect(inMemory((await loadDataset(source, { seed: 1, memoryLimitBytes: bytes - 1 })).train.inputs)).toBe(false)
})

describe('stored rows', () => {
  test('come in the order of a subset of a subset, from the same file', () => {
    const all = store(blobs(50, 1))
    const some = subset(subset(all, Int32Array.of(40, 3, 7)), Int32Array.of(2, 0, 2))
    expect(stored(some).file).toBe(stored(all).file)
    expect(inputsOf(some)).toEqual(inputsOf(subset(blobs(50, 1), Int32Array.of(7, 40, 7))))
    expect([...some.labels]).toEqual([7, 40, 7].map(index => all.labels[index]))
    expect(() => subset(all, Int32Array.of(50))).toThrow('blobs has 50 samples and none at 50')
  })

  test('are standardised as in memory, twice too', async () => {
    const split = { train: blobs(50, 1), test: blobs(20, 2) }
    const far = { train: store(split.train), test: store(split.test) }
    expect(inputsOf((await standardise(far)).test)).toEqual(inputsOf((await standardise(split)).test))
    const twice = async (given: Split) => inputsOf((await standardise(await standardise(given))).train)
    expect(await twice(far)).toEqual(await twice(split))
    // The file is as it was.
    expect(inputsOf(far.train)).toEqual(split.train.inputs)
  })

  test('that are many more than a block are kept whole', () => {
    const width = 1_000
    const values = Float32Array.from({ length: 700 * width }, (_, i) => i)
    const rows = createRowStore({ element: 'float32', width, limit: 4 * 300 * width })
    for (let at = 0; at < values.length; at += 333) rows.append(values.subarray(at, at + 333))
    const inputs = rows.finish()
    const labels = new Int32Array(700)
    expect(inMemory(inputs)).toBe(false)
    expect(inputsOf({ name: 'many', inputs, labels, shape: [width], classes: 1 })).toEqual(values)
  })

  test('say which file they miss when it was cut or is gone', () => {
    const cut = store(blobs(10, 1))
    truncateSync(stored(cut).file, 10)
    expect(() => inputsOf(cut)).toThrow(`${stored(cut).file}, where samples are kept while they are needed, cannot be`)
    const gone = { ...cut, inputs: { ...stored(cut), file: `${folder.path}/gone` } }
    expect(() => inputsOf(gone)).toThrow(/gone, where samples are kept .* ENOENT/)
  })

  test('leave no file behind when a source cannot be read to its end', async () => {
    const before = stored(store(blobs(1, 1))).file
    const file = folder.write('broken.csv', `${'1,2,a\n'.repeat(150_000)}1,x,a\n`)
    const column = (name: string) => ({ name, kind: 'number', origin: 0, missing: 'mean' }) as const
    const table = {
      columns: [column('column 1'), column('column 2')],
      label: { kind: 'class', name: 'column 3' },
      missing: [],
    } as const
    const options = { seed: 1, memoryLimitBytes: NO_MEMORY, table: tableSchema.parse(table) }
    await expect(loadDataset(`csv:${file}?header=no`, options)).rejects.toThrow('row 150001')
    const next = before.replace(/\d+$/, number => String(Number(number) + 1))
    expect(existsSync(before)).toBe(true)
    expect(existsSync(next)).toBe(false)
  })
})

test('photos that are too few to be split are refused, and so are not kept', async () => {
  mkdirSync(`${folder.path}/few/a`, { recursive: true })
  mkdirSync(`${folder.path}/few/b`)
  const before = stored(store(blobs(1, 1))).file
  const photo = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  for (const name of ['a/1', 'a/2', 'b/3', 'b/4']) folder.write(`few/${name}.png`, photo)
  await expect(loadDataset(`images:${folder.path}/few`, { seed: 1, memoryLimitBytes: NO_MEMORY })).rejects.toThrow(
    'found 4 samples; expected at least 5',
  )
  expect(existsSync(before.replace(/\d+$/, number => String(Number(number) + 1)))).toBe(false)
})

describe('training on stored rows', () => {
  const running: Trainer[] = []
  afterEach(async () => {
    for (const trainer of running.splice(0)) await trainer.stop()
  })
  const far = { ...blobOptions, shard: store(blobOptions.shard), test: store(blobOptions.test) }

  test.each([
    ['in this thread', createTensorflowTrainer, createTensorflowTrainer],
    ['in a thread of its own', createTrainer, createWorkerTrainer],
  ])('%s gives the same bits as in memory', async (_, createHere, create) => {
    const [here, there] = [await createHere(blobOptions), await create(far)]
    running.push(here, there)
    const parameters = await here.initial()
    const [near, other] = [await here.train(parameters, 20), await there.train(parameters, 20)]
    expect(other.update).toEqual(near.update)
    expect(other.loss).toBe(near.loss)
    const trained = parameters.map((value, i) => value + near.update[i])
    expect(await there.evaluate(trained)).toEqual(await here.evaluate(trained))
  })

  test('shares the choice of rows between threads, and not the rows', () => {
    const shared = shareDataset(far.shard)
    expect(stored(shared).rows.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(stored(shareDataset(shared)).rows).toBe(stored(shared).rows)
    expect(inputsOf(shared)).toEqual(blobOptions.shard.inputs)
  })
})

test('a dataset keeps all it says of itself when it is shared', () => {
  const sequences = { ...blobs(4, 1), labels: new Int32Array(8), targets: 2, classNames: ['a', 'b', 'c'] }
  expect(shareDataset(sequences)).toEqual(sequences)
})
