import { expect, test } from 'vitest'
import { fitTensors, TensorMisfitError } from '../../src/parameters/fit-tensors.ts'
import { createLayout } from '../../src/parameters/layout.ts'
import type { NamedTensor } from '../../src/parameters/safetensors.ts'

const layout = createLayout([
  { name: 'hidden/kernel', shape: [2, 2], trainable: true },
  { name: 'hidden/bias', shape: [2], trainable: true },
  { name: 'logits/bias', shape: [2], trainable: true },
])

const tensor = (name: string, shape: readonly number[], ...data: number[]): NamedTensor => ({
  name,
  shape,
  data: Float32Array.from(data),
})

const kernel = tensor('hidden/kernel', [2, 2], 1, 2, 3, 4)
const bias = tensor('hidden/bias', [2], 5, 6)
const last = tensor('logits/bias', [2], 7, 8)

test('tensors of the model’s names are put where it has them, whatever their order', () => {
  const fitted = fitTensors(layout, [last, kernel, bias], 'a.safetensors')
  expect([...fitted.weights]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(fitted.byOrder).toBe(false)
})

test('tensors of other names are taken in their order where all shapes agree', () => {
  const renamed = [
    { ...kernel, name: 'a' },
    { ...bias, name: 'b' },
    { ...last, name: 'c' },
  ]
  expect(fitTensors(layout, renamed, 'a.safetensors')).toEqual({
    weights: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    byOrder: true,
  })
})

test('but not where one of the model’s names is at another place: the order is not the model’s', () => {
  const swapped = [kernel, { ...bias, name: 'logits/bias' }, { ...last, name: 'c' }]
  expect(() => fitTensors(layout, swapped, 'a.safetensors')).toThrow('hidden/bias [2] is missing; c [2] is none')
})

test('what differs is listed: missing, more, of another shape', () => {
  const wide = tensor('hidden/kernel', [1, 4], 1, 2, 3, 4)
  expect(() => fitTensors(layout, [wide, bias, last], 'a.safetensors')).toThrow(TensorMisfitError)
  expect(() => fitTensors(layout, [wide, bias, last], 'a.safetensors')).toThrow(
    "a.safetensors does not fit the recipe's model, which has 3 tensors where the file has 3: " +
      'hidden/kernel has the shape [1, 4] instead of [2, 2]. Expected the same names and shapes, or other names and all shapes in the same order',
  )
  expect(() => fitTensors(layout, [kernel, bias], 'a.safetensors')).toThrow('logits/bias [2] is missing')
  const more = [kernel, bias, last, tensor('standardise/mean', [1], 1)]
  expect(() => fitTensors(layout, more, 'a.safetensors')).toThrow("standardise/mean [1] is none of the model's")
})

test('of many differences five are listed, and the rest counted', () => {
  const others = Array.from({ length: 9 }, (_, i) => tensor(`t${i}`, [1], i))
  expect(() => fitTensors(layout, others, 'a.safetensors')).toThrow(
    "t1 [1] is none of the model's; and 7 more. Expected",
  )
})

test('a value that is not finite is named', () => {
  const broken = tensor('hidden/bias', [2], 5, Number.NaN)
  expect(() => fitTensors(layout, [kernel, broken, last], 'a.safetensors')).toThrow(
    'a.safetensors: value 1 of the tensor hidden/bias is NaN; expected finite numbers',
  )
})
