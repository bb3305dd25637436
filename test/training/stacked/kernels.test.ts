import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../src/random/random.ts'
import { score } from '../../../src/training/objective.ts'
import type { StackedModule } from '../../../src/training/stacked/module.ts'
import { BINARIES } from '../../../tools/compile-kernels.ts'
import { stackedMemory } from './stacked-memory.ts'

/** `[m, k, n]`: whole tiles of 4 × 8 and 8 × 4, all widths that they can leave, and less than one. */
const SIZES = [
  [1, 1, 1],
  [3, 2, 2],
  [4, 5, 8],
  [5, 13, 11],
  [8, 8, 4],
  [9, 57, 3],
  [16, 10, 10],
  [33, 7, 21],
]

/** The value of memory where nothing is to be written. */
const UNTOUCHED = 12_345

const NO_FLOOR = Number.NEGATIVE_INFINITY

describe.each(['stacked.wasm', 'stacked-strict.wasm'])('%s', async binary => {
  const compiled = new WebAssembly.Module(await readFile(join(BINARIES, binary)))

  function start() {
    const { memory, allocate, floats } = stackedMemory(1)
    const module = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as StackedModule
    const random = createRandom(1)
    const integers = (length: number) => new Int32Array(memory.buffer, allocate(4 * length), length)

    /** Normal numbers, `[rows, columns]`, a row after the other, with a list of them from the last to the first. */
    function matrix(rows: number, columns: number, room = columns) {
      const values = floats(rows * room + 8).fill(UNTOUCHED)
      const reversed = integers(rows)
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) values[row * room + column] = random.normal()
        reversed[row] = values.byteOffset + 4 * room * (rows - 1 - row)
      }
      return {
        values,
        at: values.byteOffset,
        step: 4 * room,
        reversed: reversed.byteOffset,
        get: (row: number, column: number) => values[row * room + column],
      }
    }
    return { module, integers, matrix, random }
  }

  test.each(SIZES)('multiplies %d rows, wherever they lie, by a matrix of %d × %d', (m, k, n) => {
    const { module, matrix } = start()
    const [a, b, bias, c] = [matrix(m, k), matrix(k, n), matrix(1, n), matrix(m, n, 4 * Math.ceil(n / 4))]
    for (const floor of [NO_FLOOR, 0]) {
      module.productOfRows(a.reversed, m, k, b.at, b.step, bias.at, floor, c.at, c.step, n)
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = bias.get(0, j)
          for (let p = 0; p < k; p++) sum += a.get(m - 1 - i, p) * b.get(p, j)
          expect(c.get(i, j)).toBeCloseTo(Math.max(sum, floor), 4)
        }
      }
    }
    // Behind the last row.
    expect(c.values[(m * c.step) / 4]).toBe(UNTOUCHED)
  })

  test.each(SIZES)('multiplies %d rows, transposed, of %d numbers by as many of %d, and sums these', (m, k, n) => {
    const { module, matrix } = start()
    const [a, d, g] = [matrix(m, k), matrix(m, n, 4 * Math.ceil(n / 4)), matrix(k + 1, n)]
    const panels = matrix(1, module.columnsScratch(m, n) / 4)
    module.productOfColumns(a.reversed, m, k, d.at, d.step, g.at, n, 0, k, panels.at)
    for (let i = 0; i <= k; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let p = 0; p < m; p++) sum += (i < k ? a.get(m - 1 - p, i) : 1) * d.get(p, j)
        expect(g.get(i, j)).toBeCloseTo(sum, 4)
      }
    }
    expect(g.get(k + 1, 0)).toBe(UNTOUCHED)
  })

  test.each([
    [1, 1, 32],
    [5, 9, 3],
    [7, 20, 64],
    [4, 6, 39],
  ])('multiplies %d sparse rows, and transposed, as it multiplies others, by %d × %d', (m, k, n) => {
    const { module, integers, matrix } = start()
    const [a, b, bias, d] = [matrix(m, k), matrix(k, n), matrix(1, n), matrix(m, n, 4 * Math.ceil(n / 4))]
    const [lists, offsets] = [integers(2 * m), integers(m * k)]
    let next = 0
    for (let i = 0; i < m; i++) {
      lists[2 * i] = offsets.byteOffset + 4 * next
      for (let j = 0; j < k; j++) {
        // The rows come in reverse order.
        const place = (m - 1 - i) * k + j
        if ((i * i + j) % 3 === 0) offsets[next++] = 4 * j
        else a.values[place] = 0
      }
      lists[2 * i + 1] = offsets.byteOffset + 4 * next
    }
    const products = [matrix(m, n, 4 * Math.ceil(n / 4)), matrix(m, n, 4 * Math.ceil(n / 4))]
    const listsAt = lists.byteOffset
    module.productOfRows(a.reversed, m, k, b.at, b.step, bias.at, 0, products[0].at, products[0].step, n)
    module.sparseProductOfRows(a.reversed, listsAt, m, b.at, bias.at, 0, products[1].at, products[1].step, n)
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) expect(products[1].get(i, j)).toBe(products[0].get(i, j))
    }
    const gradients = [matrix(k + 1, n), matrix(k + 1, n)]
    const scratch = matrix(1, module.sparseScratch(k, next) / 4)
    const panels = matrix(1, module.columnsScratch(m, n) / 4)
    module.productOfColumns(a.reversed, m, k, d.at, d.step, gradients[0].at, n, 0, k, panels.at)
    module.sparseProductOfColumns(a.reversed, listsAt, m, k, d.at, d.step, gradients[1].at, n, 0, k, scratch.at)
    expect(gradients[1].values).toEqual(gradients[0].values)
    expect([scratch.get(1, 0), panels.get(1, 0)]).toEqual([UNTOUCHED, UNTOUCHED])
  })

  test.each([
    [1, 2],
    [6, 3],
    [9, 10],
  ])('gives the objective of %d samples in %d classes, its gradient, and who is right', (rows, classes) => {
    const { module, integers, matrix, random } = start()
    const [z, lanes] = [matrix(rows, classes, 12), matrix(classes + 1, 4)]
    const [labels, correct] = [integers(rows), integers(1)]
    for (let row = 0; row < rows; row++) {
      // Also far from each other, and far from 0.
      for (let i = 0; i < classes; i++) z.values[row * 12 + i] = z.get(row, i) * 10 + 50 * row
      labels[row] = random.integer(classes)
    }
    const logits = Float32Array.from({ length: rows * classes }, (_, i) => z.get(Math.floor(i / classes), i % classes))
    const expected = score(logits, labels, classes)
    const loss = module.crossEntropy(z.at, z.step, rows, classes, labels.byteOffset, lanes.at, correct.byteOffset)
    expect(loss / expected.loss).toBeCloseTo(1, 5)
    expect(correct[0]).toBe(expected.correct)

    expect(module.crossEntropyGradient(z.at, z.step, rows, classes, labels.byteOffset, 0, 0.5, lanes.at)).toBe(loss)
    for (let row = 0; row < rows; row++) {
      const own = logits.subarray(row * classes, (row + 1) * classes)
      const sum = own.reduce((total, value) => total + Math.exp(value - Math.max(...own)), 0)
      for (let i = 0; i < classes; i++) {
        const probability = Math.exp(own[i] - Math.max(...own)) / sum
        expect(z.get(row, i)).toBeCloseTo(0.5 * (probability - Number(labels[row] === i)), 6)
      }
      expect(z.get(row, classes)).toBe(UNTOUCHED)
    }
  })

  test('of equal logits finds the first the largest, and none right where one is no number', () => {
    const { module, integers, matrix } = start()
    const [z, lanes] = [matrix(4, 4), matrix(5, 4)]
    z.values.set([2, 7, 7, 1, 7, 7, 1, 7, 7, 7, 1, 7, 0, Number.NaN, 0, 0])
    const [labels, correct] = [integers(4), integers(1)]
    labels.set([1, 0, 3, 0])
    expect(module.crossEntropy(z.at, z.step, 4, 4, labels.byteOffset, lanes.at, correct.byteOffset)).toBeNaN()
    expect(correct[0]).toBe(2)
  })

  test('pools what a rectifier leaves, without a last row or column that has no partner', () => {
    const { module, matrix } = start()
    const [x, y] = [matrix(2 * 5 * 7, 4), matrix(2 * 2 * 3, 4)]
    module.rectifiedMaxPool(x.at, 2, 5, 7, 4, y.at)
    for (let i = 0; i < 2 * 2 * 3; i++) {
      const [image, row, column] = [Math.floor(i / 6), Math.floor((i % 6) / 3), i % 3]
      const corner = image * 35 + 14 * row + 2 * column
      for (let channel = 0; channel < 4; channel++) {
        const window = [corner, corner + 1, corner + 7, corner + 8].map(pixel => x.get(pixel, channel))
        expect(y.get(i, channel)).toBe(Math.max(0, ...window))
      }
    }
    expect(y.get(12, 0)).toBe(UNTOUCHED)
  })

  test.each([1, 4, 11])('takes %d numbers from others, and says whether what is left is finite', length => {
    const { module, matrix } = start()
    const [x, y] = [matrix(1, length), matrix(1, length)]
    const expected = Array.from({ length }, (_, i) => Math.fround(x.get(0, i) - y.get(0, i)))
    expect(module.subtract(x.at, y.at, length)).toBe(1)
    expect([...x.values.subarray(0, length + 1)]).toEqual([...expected, UNTOUCHED])
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      x.values[length - 1] = wrong
      expect(module.subtract(x.at, y.at, length)).toBe(0)
      x.values[length - 1] = 0
      // Memory behind them does not matter.
      x.values[length] = wrong
      expect(module.subtract(x.at, y.at, length)).toBe(1)
    }
  })

  test.each(SIZES)('transposes a matrix, for %d and %d × %d', (_m, rows, columns) => {
    const { module, matrix } = start()
    const [from, to] = [matrix(rows, columns), matrix(columns, rows, 4 * Math.ceil(rows / 4))]
    module.transpose(from.at, rows, columns, to.at, to.step)
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) expect(to.get(j, i)).toBe(from.get(i, j))
  })
})
