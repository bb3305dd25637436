import { expect, test } from 'vitest'
import { openNpy } from '../../../src/data/table/open-npy.ts'
import { type NpyOptions, readNpy } from '../../../src/data/table/read-npy.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { inputsOf } from '../inputs-of.ts'
import { allRows } from './all-rows.ts'

const folder = temporaryFolder()

interface Written {
  readonly type: string
  readonly shape: string
  readonly data: ArrayBufferView
  readonly isFortran?: boolean
  readonly version?: 1 | 2 | 3
}

/** An array as numpy.save writes it. */
function npy({ type, shape, data, isFortran = false, version = 1 }: Written): Buffer {
  const header = `{'descr': ${type}, 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': ${shape}, }`
  const before = version === 1 ? 10 : 12
  const padded = `${header}${' '.repeat(63 - ((before + header.length) % 64))}\n`
  const start = Buffer.alloc(before)
  start.write('\x93NUMPY', 'latin1')
  start[6] = version
  if (version === 1) start.writeUInt16LE(padded.length, 8)
  else start.writeUInt32LE(padded.length, 8)
  return Buffer.concat([start, Buffer.from(padded), Buffer.from(data.buffer, data.byteOffset, data.byteLength)])
}

const write = (name: string, written: Written) => folder.write(name, npy(written))
const rows = async (written: Written) => (await allRows(await openNpy(write('a.npy', written)))).rows

const bigEndian = (bytes: Buffer, size: 2 | 4 | 8) =>
  size === 2 ? bytes.swap16() : size === 4 ? bytes.swap32() : bytes.swap64()
const ofType = (array: ArrayBufferView) => Buffer.from(array.buffer.slice(0))

test.each<[type: string, data: ArrayBufferView, cells: string[]]>([
  ["'|b1'", Uint8Array.of(0, 1), ['false', 'true']],
  ["'|i1'", Int8Array.of(-1, 2), ['-1', '2']],
  ["'|u1'", Uint8Array.of(255, 2), ['255', '2']],
  ["'<i2'", Int16Array.of(-300, 2), ['-300', '2']],
  ["'>i2'", bigEndian(ofType(Int16Array.of(-300, 2)), 2), ['-300', '2']],
  ["'<u2'", Uint16Array.of(65_535, 2), ['65535', '2']],
  ["'<i4'", Int32Array.of(-70_000, 2), ['-70000', '2']],
  ["'>u4'", bigEndian(ofType(Uint32Array.of(4_294_967_295, 2)), 4), ['4294967295', '2']],
  ["'<i8'", BigInt64Array.of(-9_007_199_254_740_993n, 2n), ['-9007199254740993', '2']],
  ["'>u8'", bigEndian(ofType(BigUint64Array.of(2n ** 63n + 1n, 2n)), 8), ['9223372036854775809', '2']],
  ["'<f2'", Uint16Array.of(0x3555, 0xc000), ['0.333251953125', '-2']],
  ["'<f2'", Uint16Array.of(0x0001, 0x7e00), [String(2 ** -24), '']],
  ["'<f4'", Float32Array.of(0.5, -Infinity), ['0.5', '-Infinity']],
  ["'<f8'", Float64Array.of(0.1, Number.NaN), ['0.1', '']],
  ["'>f8'", bigEndian(ofType(Float64Array.of(0.1, 2)), 8), ['0.1', '2']],
  ["'|S3'", Buffer.from('ab\0ä\0'), ['ab', 'ä']],
  ["'<U2'", Uint32Array.of(0xe4, 0, 0x1f600, 0x62), ['ä', '😀b']],
])('elements of the type %s are read', async (type, data, cells) => {
  expect(await rows({ type, shape: '(1, 2)', data })).toEqual([cells])
})

test.each([1, 2, 3] as const)('version %i of the format is read', async version => {
  expect(await rows({ type: "'<f8'", shape: '(2, 1)', data: Float64Array.of(1, 2), version })).toEqual([['1'], ['2']])
})

test('rows are the first dimension, in whichever order the elements are', async () => {
  const expected = [
    ['1', '2', '3'],
    ['4', '5', '6'],
  ]
  expect(await rows({ type: "'<i4'", shape: '(2, 3)', data: Int32Array.of(1, 2, 3, 4, 5, 6) })).toEqual(expected)
  const fortran = { type: "'<i4'", shape: '(2, 3)', data: Int32Array.of(1, 4, 2, 5, 3, 6), isFortran: true }
  expect(await rows(fortran)).toEqual(expected)
})

test('a large array comes in blocks, with rows numbered from 1', async () => {
  const data = Float32Array.from({ length: 9_000 }, (_, i) => i)
  const table = await openNpy(write('a.npy', { type: "'<f4'", shape: '(3000, 3)', data }))
  expect(table).toMatchObject({
    names: ['column 1', 'column 2', 'column 3'],
    hasHeader: false,
    dialect: 'rows without names',
  })
  const { rows: all, lines } = await allRows(table)
  expect(all.at(-1)).toEqual(['8997', '8998', '8999'])
  expect(lines).toEqual(all.map((_, i) => i + 1))
})

const IMAGES: Written = { type: "'|u1'", shape: '(2, 2, 1)', data: Uint8Array.of(0, 51, 102, 255) }

async function load(inputs: Written, labels: Written, options?: NpyOptions) {
  const dataset = await readNpy(write('x.npy', inputs), write('y.npy', labels), options)
  return { ...dataset, name: undefined, inputs: Array.from(inputsOf(dataset), value => Number(value.toFixed(3))) }
}

test('bytes of two dimensions a sample are images, and whole labels from 0 are classes', async () => {
  expect(await load(IMAGES, { type: "'<i8'", shape: '(2,)', data: BigInt64Array.of(3n, 1n) })).toEqual({
    inputs: [0, 0.2, 0.4, 1],
    shape: [2, 1, 1],
    labels: Int32Array.of(3, 1),
    classes: 4,
  })
})

test('in the order of Fortran an array of any shape holds the same samples', async () => {
  const labels: Written = { type: "'|b1'", shape: '(2, 1)', data: Uint8Array.of(1, 1) }
  const c: Written = { type: "'<i2'", shape: '(2, 2, 3)', data: Int16Array.from({ length: 12 }, (_, i) => i) }
  const expected = { inputs: Array.from({ length: 12 }, (_, i) => i), shape: [2, 3], classNames: ['false', 'true'] }
  expect(await load(c, labels)).toMatchObject({ ...expected, classes: 2, labels: Int32Array.of(1, 1) })
  const data = Int16Array.of(0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11)
  expect(await load({ ...c, data, isFortran: true }, labels)).toMatchObject(expected)
})

const FLAT: Written = { type: "'<f4'", shape: '(2,)', data: Float32Array.of(0.5, 2) }

test.each<[what: string, labels: Written, options: NpyOptions, expected: object]>([
  [
    'texts',
    { type: "'<U1'", shape: '(2,)', data: Uint32Array.of(0x62, 0x61) },
    {},
    { classNames: ['a', 'b'], labels: Int32Array.of(1, 0) },
  ],
  [
    'whole numbers below 0',
    { type: "'<i4'", shape: '(2,)', data: Int32Array.of(1, -1) },
    {},
    { classNames: ['-1', '1'], labels: Int32Array.of(1, 0) },
  ],
  [
    'whole numbers as floats',
    { type: "'<f8'", shape: '(2,)', data: Float64Array.of(1, 0) },
    {},
    { classes: 2, labels: Int32Array.of(1, 0) },
  ],
  [
    'measured values',
    { type: "'<f8'", shape: '(2,)', data: Float64Array.of(1.5, 0) },
    {},
    { classes: 0, values: Float32Array.of(1.5, 0), outputs: 1 },
  ],
  [
    'whole numbers of a regression',
    { type: "'<i4'", shape: '(2,)', data: Int32Array.of(3, 1) },
    { task: 'regress' },
    { values: Float32Array.of(3, 1), classes: 0 },
  ],
])('labels may be %s', async (_, labels, options, expected) => {
  expect(await load(FLAT, labels, options)).toMatchObject({ inputs: [0.5, 2], shape: [1], ...expected })
})

const LABELS: Written = { type: "'|u1'", shape: '(2,)', data: Uint8Array.of(0, 1) }

test.each<[what: string, inputs: Written, labels: Written, message: string]>([
  [
    'objects',
    { ...FLAT, type: "'|O'" },
    LABELS,
    'x.npy: found Python objects; expected numbers, true and false, or texts: convert them with',
  ],
  ['records', { ...FLAT, type: "[('a', '<f4')]" }, LABELS, 'x.npy: found records with fields; expected numbers'],
  ['times', { ...FLAT, type: "'<M8[D]'" }, LABELS, 'x.npy: found elements of the type <M8[D]; expected numbers'],
  ['fewer elements', { ...FLAT, shape: '(3,)' }, LABELS, 'expected 140, for 3 elements: the file is cut short'],
  ['more elements', { ...FLAT, shape: '(1,)' }, LABELS, 'expected 132, for 1 elements: something follows the elements'],
  [
    'another number of labels',
    IMAGES,
    { ...LABELS, shape: '(1,)', data: Uint8Array.of(0) },
    'x.npy holds 2 samples and',
  ],
  [
    'labels of two dimensions',
    FLAT,
    { ...LABELS, shape: '(1, 2)' },
    'y.npy: found an array of the shape (1, 2); expected one label for each',
  ],
  [
    'a gap',
    { ...FLAT, data: Float32Array.of(1, Number.NaN) },
    LABELS,
    'x.npy, sample 1, counted from 0: found NaN; expected a finite number',
  ],
  [
    'a missing label',
    FLAT,
    { type: "'<f4'", shape: '(2,)', data: Float32Array.of(Number.NaN, 1) },
    'y.npy, sample 0, counted from 0: found no label',
  ],
  [
    'texts to learn from',
    { type: "'|S1'", shape: '(2,)', data: Buffer.from('ab') },
    LABELS,
    'x.npy: found texts; expected numbers, or true and false',
  ],
  [
    'no samples',
    { ...FLAT, shape: '(0,)', data: new Uint8Array(0) },
    { ...LABELS, shape: '(0,)', data: new Uint8Array(0) },
    'x.npy: found no elements; expected at least one sample',
  ],
])('%s are refused with the place', async (_, inputs, labels, message) => {
  await expect(load(inputs, labels)).rejects.toThrow(message)
})

test('an array of other dimensions is no table, and an archive no array', async () => {
  await expect(rows(IMAGES)).rejects.toThrow(
    'found an array of the shape (2, 2, 1); expected two dimensions, rows and columns (an array with its labels in another file is npy:INPUTS,LABELS)',
  )
  await expect(openNpy(folder.write('a.npz', 'PK\x03\x04 arr_0.npy'))).rejects.toThrow(
    'a.npz: this is a NumPy archive (.npz); expected a NumPy array (.npy): write each array to a file of its own with numpy.save',
  )
  await expect(openNpy(folder.write('b.npy', 'x,y\n1,2\n'))).rejects.toThrow(
    'b.npy: found a file that does not begin as a NumPy array',
  )
})
