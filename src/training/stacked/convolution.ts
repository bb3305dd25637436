import { createMatrix, type LayerInput, type Matrix, type StackedHost, type StackedLayer } from './layer.ts'
import { SLACK } from './placed-samples.ts'
import { type ConvolutionSpec, convolved, FILTER_SIDE, pooled } from './stacked-model.ts'

/** A window moves by one pixel, and looks at neighbours; nothing is put around the image. */
const STRIDES_AND_DILATIONS = [1, 1, 1, 1] as const
const NO_PADDING = [0, 0] as const

/** Arguments of max-pooling: windows of 2×2, side by side. */
const POOLING = [2, 2, 2, 2, 1, 1] as const

/**
 * y = max-pooling of max(x ∗ w + b, 0).
 *
 * @param offset of its filters in the parameters, in bytes; the bias follows
 * @param input images without gaps between them
 * @param most samples at once
 */
export function createConvolution(
  host: StackedHost,
  { height, width, channels, filters }: ConvolutionSpec,
  offset: number,
  input: LayerInput<Matrix>,
  most: number,
): StackedLayer {
  const { module, allocate } = host
  const taps = FILTER_SIDE * FILTER_SIDE
  const [outHeight, outWidth] = [convolved(height), convolved(width)]
  const pixels = outHeight * outWidth
  const bias = taps * channels * filters * Float32Array.BYTES_PER_ELEMENT
  // Sums of the filters, before they are rectified and pooled, and the gradient for them.
  const sums = allocate(most * pixels * filters * Float32Array.BYTES_PER_ELEMENT)
  const sumsGradient = allocate(most * pixels * filters * Float32Array.BYTES_PER_ELEMENT)
  const side = [pooled(height), pooled(width)] as const
  const rows = createMatrix(host, most, side[0] * side[1] * filters)
  const gradientRows = createMatrix(host, most, side[0] * side[1] * filters)
  const scratch = allocate(module.convolutionScratch(height * width, pixels, taps, channels, filters) + SLACK)
  return {
    output: { rows, gradient: gradientRows },

    forward(parameters, count) {
      const w = parameters + offset
      module.convolution(
        input.rows.values,
        count,
        height,
        width,
        channels,
        w,
        FILTER_SIDE,
        FILTER_SIDE,
        ...STRIDES_AND_DILATIONS,
        ...NO_PADDING,
        w + bias,
        sums,
        outHeight,
        outWidth,
        filters,
        scratch,
      )
      module.rectifiedMaxPool(sums, count, outHeight, outWidth, filters, rows.values)
    },

    backward(parameters, gradient, count) {
      const dy = gradientRows.values
      const w = parameters + offset
      const dw = gradient + offset
      // First the rectifier's: where all of a window is below 0 none of its pixels may get the gradient.
      module.reluGradient(rows.values, dy, dy, (count * rows.step) / Float32Array.BYTES_PER_ELEMENT)
      module.maxPoolGradient(
        dy,
        sums,
        rows.values,
        sumsGradient,
        count,
        outHeight,
        outWidth,
        filters,
        ...side,
        ...POOLING,
        ...NO_PADDING,
      )
      module.convolutionFilterGradient(
        input.rows.values,
        count,
        height,
        width,
        channels,
        sumsGradient,
        outHeight,
        outWidth,
        filters,
        ...STRIDES_AND_DILATIONS,
        ...NO_PADDING,
        dw,
        FILTER_SIDE,
        FILTER_SIDE,
        scratch,
      )
      module.sumRows(sumsGradient, dw + bias, 1, count * pixels, filters)
      if (input.gradient === undefined) return
      module.convolutionInputGradient(
        sumsGradient,
        count,
        outHeight,
        outWidth,
        filters,
        w,
        FILTER_SIDE,
        FILTER_SIDE,
        ...STRIDES_AND_DILATIONS,
        ...NO_PADDING,
        input.gradient.values,
        height,
        width,
        channels,
        scratch,
      )
    },
  }
}
