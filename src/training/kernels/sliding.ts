import type * as tf from '@tensorflow/tfjs-core'

/** How a filter moves over an image: what all kernels of convolutions are told. */
export interface Sliding {
  readonly strides: [number, number] | number
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding
  readonly dilations?: [number, number] | number
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

export type Shape4D = [number, number, number, number]

/** Steps, dilations and padding in the order of the module's arguments. */
export function stepsAndPadding(of: tf.backend_util.Conv2DInfo): readonly number[] {
  const { top, left } = of.padInfo
  return [of.strideHeight, of.strideWidth, of.dilationHeight, of.dilationWidth, top, left]
}
