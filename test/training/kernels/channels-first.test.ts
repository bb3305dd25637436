import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'

beforeAll(async () => {
  ;(await startBackend('wasm')).select()
})

const images = () => tf.ones<tf.Rank.R4>([1, 2, 5, 5])
const filter = (channels: number) => tf.ones<tf.Rank.R4>([3, 3, 2, channels])

test.each([
  ['a convolution', () => tf.conv2d(images(), filter(2), 1, 'valid', 'NCHW')],
  ['a depthwise convolution', () => tf.depthwiseConv2d(images(), filter(1), 1, 'valid', 'NCHW')],
])('%s of images whose channels come first is refused, not computed wrongly', (_name, convolve) => {
  expect(() => tf.tidy(convolve)).toThrow('got NCHW: transpose them first')
})
