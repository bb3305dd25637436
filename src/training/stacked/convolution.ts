import { createMatrix, type LayerInput, type Matrix, type StackedHost, type StackedLayer } from './layer.ts'
import { SLACK } from './placed-samples.ts'
import { type ConvolutionSpec, convolved, FILTER_SIDE, pooled } from './stacked-model.ts'
import { CHUNK, partOf } from './team.ts'

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
  const { module, allocate, team } = host
  const taps = FILTER_SIDE * FILTER_SIDE
  const [outHeight, outWidth] = [convolved(height), convolved(width)]
  const pixels = outHeight * outWidth
  const parameterCount = taps * channels * filters + filters
  const bias = taps * channels * filters * Float32Array.BYTES_PER_ELEMENT
  const imageBytes = height * width * channels * Float32Array.BYTES_PER_ELEMENT
  const sumsBytes = pixels * filters * Float32Array.BYTES_PER_ELEMENT
  // Sums of the filters, before they are rectified and pooled, and the gradient for them.
  const sums = allocate(most * sumsBytes)
  const sumsGradient = allocate(most * sumsBytes)
  // The gradient for the parameters of each chunk of images, added up in their order: whoever computes them, it is the same sum.
  const partials = allocate(Math.ceil(most / CHUNK) * parameterCount * Float32Array.BYTES_PER_ELEMENT)
  const side = [pooled(height), pooled(width)] as const
  const rows = createMatrix(host, most, side[0] * side[1] * filters)
  const gradientRows = createMatrix(host, most, side[0] * side[1] * filters)
  const scratch = host.allocateOwn(module.convolutionScratch(height * width, pixels, taps, channels, filters) + SLACK)
  return {
    output: { rows, gradient: gradientRows },

    forward(parameters, count) {
      const w = parameters + offset
      const [first, end] = partOf(team, count)
      module.convolution(
        input.rows.values + first * imageBytes,
        end - first,
        height,
        width,
        channels,
        w,
        FILTER_SIDE,
        FILTER_SIDE,
        ...STRIDES_AND_DILATIONS,
        ...NO_PADDING,
        w + bias,
        sums + first * sumsBytes,
        outHeight,
        outWidth,
        filters,
        scratch,
      )
      const to = rows.values + first * rows.step
      module.rectifiedMaxPool(sums + first * sumsBytes, end - first, outHeight, outWidth, filters, to)
    },

    backward(parameters, gradient, count) {
      const w = parameters + offset
      const [first, end] = partOf(team, count)
      const dy = gradientRows.values + first * rows.step
      const y = rows.values + first * rows.step
      // First the rectifier's: where all of a window is below 0 none of its pixels may get the gradient.
      module.reluGradient(y, dy, dy, ((end - first) * rows.step) / Float32Array.BYTES_PER_ELEMENT)
      module.maxPoolGradient(
        dy,
        sums + first * sumsBytes,
        y,
        sumsGradient + first * sumsBytes,
        end - first,
        outHeight,
        outWidth,
        filters,
        ...side,
        ...POOLING,
        ...NO_PADDING,
      )
      for (let image = first; image < end; image += CHUNK) {
        const size = Math.min(CHUNK, end - image)
        const dw = partials + (image / CHUNK) * parameterCount * Float32Array.BYTES_PER_ELEMENT
        const gradientHere = sumsGradient + image * sumsBytes
        module.convolutionFilterGradient(
          input.rows.values + image * imageBytes,
          size,
          height,
          width,
          channels,
          gradientHere,
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
        module.sumRows(gradientHere, dw + bias, 1, size * pixels, filters)
      }
      team.meet()
      if (team.index === 0) module.sumRows(partials, gradient + offset, 1, Math.ceil(count / CHUNK), parameterCount)
      if (input.gradient === undefined) return
      module.convolutionInputGradient(
        sumsGradient + first * sumsBytes,
        end - first,
        outHeight,
        outWidth,
        filters,
        w,
        FILTER_SIDE,
        FILTER_SIDE,
        ...STRIDES_AND_DILATIONS,
        ...NO_PADDING,
        input.gradient.values + first * imageBytes,
        height,
        width,
        channels,
        scratch,
      )
    },
  }
}
