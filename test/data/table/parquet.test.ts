import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { DataFileError } from '../../../src/data/errors.ts'
import { openParquet, type ParquetOptions } from '../../../src/data/table/open-parquet.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { allRows } from './all-rows.ts'

const folder = temporaryFolder()

type Written = Parameters<typeof parquetWriteBuffer>[0]

const write = (written: Written) => folder.write('a.parquet', new Uint8Array(parquetWriteBuffer(written)))
const open = (written: Written, options?: ParquetOptions) => openParquet(write(written), options)

test('cells are texts: numbers, times, true and false; null is nothing', async () => {
  const table = await open({
    columnData: [
      { name: 'height', data: [1.5, Number.NaN, null], type: 'DOUBLE', nullable: true },
      { name: 'count', data: [7n, -9_007_199_254_740_993n, 0n], type: 'INT64' },
      { name: 'name', data: ['anna', null, ' 1,5 '], type: 'STRING', nullable: true },
      { name: 'isIll', data: [true, false, true], type: 'BOOLEAN' },
      { name: 'at', data: [new Date('2024-01-02T03:04:05Z'), new Date(0), new Date(1)], type: 'TIMESTAMP' },
    ],
  })
  expect(table).toMatchObject({ names: ['height', 'count', 'name', 'isIll', 'at'], hasHeader: true, dialect: '' })
  expect(await allRows(table)).toEqual({
    rows: [
      ['1.5', '7', 'anna', 'true', '2024-01-02T03:04:05.000Z'],
      ['', '-9007199254740993', '', 'false', '1970-01-01T00:00:00.000Z'],
      ['', '0', '1,5', 'true', '1970-01-01T00:00:00.001Z'],
    ],
    lines: [1, 2, 3],
  })
})

test('a day is a day, without a time', async () => {
  const table = await open({
    columnData: [{ name: 'day', data: [new Date('2024-02-29T00:00:00Z')] }],
    schema: [
      { name: 'root', num_children: 1 },
      { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'REQUIRED' },
    ],
  })
  expect((await allRows(table)).rows).toEqual([['2024-02-29']])
})

test('row groups are read one after the other, with the progress', async () => {
  const table = await open({
    columnData: [
      { name: 'x', data: Int32Array.from({ length: 5_000 }, (_, i) => i), type: 'INT32' },
      {
        name: 'y',
        data: Array.from({ length: 5_000 }, (_, i) => (i % 3 === 0 ? null : `t${i}`)),
        type: 'STRING',
        nullable: true,
      },
    ],
    rowGroupSize: 1_500,
  })
  const told: number[] = []
  const { rows, lines } = await allRows(table, { onProgress: (read, of) => told.push(read / of) })
  expect(rows).toEqual(Array.from({ length: 5_000 }, (_, i) => [String(i), i % 3 === 0 ? '' : `t${i}`]))
  expect(lines).toEqual(rows.map((_, i) => i + 1))
  expect(told.map(share => share.toFixed(1))).toEqual(['0.3', '0.6', '0.9', '1.0'])
})

test('reading stops when it is told to', async () => {
  const table = await open({ columnData: [{ name: 'x', data: [1] }] })
  await expect(allRows(table, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
})

const NESTED: Written = {
  columnData: [
    { name: 'x', data: [1, 2] },
    { name: 'tags', data: [['a'], ['b', 'c']] },
    { name: 'bytes', data: [new Uint8Array(3), new Uint8Array(3)] },
  ],
  schema: [
    { name: 'root', num_children: 3 },
    { name: 'x', type: 'INT32', repetition_type: 'REQUIRED' },
    { name: 'tags', converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'bytes', type: 'FIXED_LEN_BYTE_ARRAY', type_length: 3, repetition_type: 'REQUIRED' },
  ],
}

test('columns that hold more than a value are refused by name, all of them', async () => {
  await expect(open(NESTED)).rejects.toThrow(
    'a.parquet: 2 problems:\n' +
      '  - column 2 ("tags"): found lists; expected one value in each row: write it as columns of its own, or say ?ignore=tags\n' +
      '  - column 3 ("bytes"): found bytes; expected one value in each row: write it as columns of its own, or say ?ignore=bytes',
  )
})

test('they are empty where they are ignored, or not among the columns', async () => {
  const read = async (options: ParquetOptions) => (await allRows(await open(NESTED, options))).rows
  expect(await read({ ignore: ['tags', 'bytes'] })).toEqual([
    ['1', '', ''],
    ['2', '', ''],
  ])
  expect((await read({ columns: ['x'] }))[1]).toEqual(['2', '', ''])
  await expect(read({ columns: ['x'], label: ['tags'] })).rejects.toThrow('column 2 ("tags"): found lists')
})

test('what is no Parquet file, or a damaged one, is refused', async () => {
  const fault = async (content: string | Uint8Array) =>
    String(
      await openParquet(folder.write('b.parquet', content))
        .then(allRows)
        .catch((error: unknown) => error),
    )
  expect(await fault('x,y\n1,2\n')).toContain(
    'b.parquet: found a file that does not begin with PAR1; expected a Parquet file',
  )
  expect(await fault('')).toContain('b.parquet: the file is empty; expected a Parquet file')
  expect(await fault('PK\x03\x04 xl/')).toContain(
    'b.parquet: this is an Excel file (.xlsx); expected a Parquet file: save',
  )
  const whole = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'x', data: [1, 2, 3] }] }))
  expect(await fault(whole.subarray(0, -5))).toContain(
    'b.parquet: the Parquet file is damaged, or written in a way that',
  )
  whole.fill(0xff, 4, 20)
  expect(await fault(whole)).toContain('b.parquet: the Parquet file is damaged, or written in a way that')
})

test('a file that was written again since it was opened is refused', async () => {
  const table = await open({ columnData: [{ name: 'x', data: [1] }] })
  write({ columnData: [{ name: 'x', data: [1, 2, 3, 4] }] })
  const fault = await allRows(table).catch((error: unknown) => error)
  expect(fault).toBeInstanceOf(DataFileError)
  expect(String(fault)).toContain('a.parquet: the file changed while it was read')
})
