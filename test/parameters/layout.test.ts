import { describe, expect, it } from 'vitest'
import { createLayout, LayoutError, sameLayout, viewTensors } from '../../src/parameters/layout.ts'

const specs = [
  { name: 'kernel', shape: [2, 3], trainable: true },
  { name: 'bias', shape: [], trainable: true },
  { name: 'mean', shape: [4], trainable: false },
]

describe('a layout', () => {
  it('lays tensors one after the other in the order given', () => {
    const layout = createLayout(specs)
    expect(layout.length).toBe(11)
    expect(layout.tensors.map(({ offset, size }) => [offset, size])).toEqual([
      [0, 6],
      [6, 1],
      [7, 4],
    ])
  })

  it('refuses a name twice', () => {
    expect(() => createLayout([specs[0], specs[0]])).toThrow(
      new LayoutError('two tensors are named "kernel"; every tensor needs a name of its own'),
    )
  })

  it.each([[[-1]], [[1.5]], [[Number.NaN]]])('refuses the shape %j', shape => {
    expect(() => createLayout([{ name: 'w', shape, trainable: true }])).toThrow(/"w" has shape \[.*\]; every dimension/)
  })

  it('refuses tensors whose elements cannot be counted', () => {
    expect(() => createLayout([{ name: 'w', shape: [2 ** 30, 2 ** 30], trainable: true }])).toThrow(/too large/)
  })

  it('is the same as one of the same tensors, and as no other', () => {
    const layout = createLayout(specs)
    expect(sameLayout(layout, createLayout(structuredClone(specs)))).toBe(true)
    expect(sameLayout(layout, createLayout(specs.slice(0, 2)))).toBe(false)
    expect(sameLayout(layout, createLayout([specs[1], specs[0], specs[2]]))).toBe(false)
    expect(sameLayout(layout, createLayout([{ ...specs[0], shape: [3, 2] }, specs[1], specs[2]]))).toBe(false)
    expect(sameLayout(layout, createLayout([{ ...specs[0], shape: [2, 3, 1] }, specs[1], specs[2]]))).toBe(false)
    expect(sameLayout(layout, createLayout([{ ...specs[0], trainable: false }, specs[1], specs[2]]))).toBe(false)
  })

  it('shows the tensors of a vector without copying', () => {
    const vector = Float32Array.from({ length: 11 }, (_, i) => i)
    const [kernel, bias, mean] = viewTensors(createLayout(specs), vector)
    expect([...kernel.data]).toEqual([0, 1, 2, 3, 4, 5])
    expect([...bias.data]).toEqual([6])
    mean.data[0] = -1
    expect(vector[7]).toBe(-1)
  })

  it('refuses a vector of another length', () => {
    expect(() => viewTensors(createLayout(specs), new Float32Array(10))).toThrow(
      /has 10 elements, but the layout has 11/,
    )
  })
})
