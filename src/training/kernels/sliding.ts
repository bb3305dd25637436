import * as tf from '@tensorflow/tfjs-core'

/** How a filter moves over an image: the arguments that all kernels of convolutions share. */
export interface Sliding {
  readonly strides: [number, number] | number
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding
  readonly dilations?: [number, number] | number
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

export type Shape4D = [number, number, number, number]

/**
 * Sizes, steps and padding of a convolution of `[batch, height, width, channels]`.
 *
 * @param filterShape `[height, width, channelsIn, channelsOut]`; depthwise `[height, width, channels, multiples]`
 * @throws Error for images whose channels come first
 */
export function geometry(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, dilations, pad, dimRoundingMode, dataFormat }: Sliding,
  depthwise = false,
): tf.backend_util.Conv2DInfo {
  if (dataFormat === 'NCHW') {
    throw new Error('the wasm backend convolves NHWC images, got NCHW: transpose them first')
  }
  const [images, filter] = [inputShape as Shape4D, filterShape as Shape4D]
  return tf.backend_util.computeConv2DInfo(images, filter, strides, dilations ?? 1, pad, dimRoundingMode, depthwise)
}

/** Steps, dilations and padding in the order of the module's arguments. */
export function stepsAndPadding(of: tf.backend_util.Conv2DInfo): readonly number[] {
  const { top, left } = of.padInfo
  return [of.strideHeight, of.strideWidth, of.dilationHeight, of.dilationWidth, top, left]
}
