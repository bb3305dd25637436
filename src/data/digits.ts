import { createRandom, type Random } from '../random/random.ts'
import { DIGITS_TEST_SAMPLES, DIGITS_TRAIN_SAMPLES } from './constants.ts'
import type { Dataset } from './dataset.ts'
import { SourceError } from './errors.ts'
import { GLYPHS } from './glyphs.ts'
import { draw, smooth } from './pen.ts'
import type { DataSource } from './source.ts'

/** Handwritten-looking digits, drawn here from the seed: something to learn where there is no data. */
export const digits: DataSource = {
  async load(argument, { seed, samples = DIGITS_TRAIN_SAMPLES }) {
    if (argument !== '') throw new SourceError(`"digits:${argument}" is not a data source; digits takes no argument`)
    const random = createRandom(seed)
    return {
      train: drawDigits(samples, random.fork('train')),
      test: drawDigits(DIGITS_TEST_SAMPLES, random.fork('test')),
    }
  },
}

/** Pixels a side, as in MNIST, so that models and recipes fit both. */
const SIZE = 28
const CLASSES = GLYPHS.length

/**
 * How much one writing differs from another. These are chosen together, to be easy for a person and hard for a linear
 * model, to which a digit moved by three pixels is another picture: softmax regression ends at about 0.8 on the test
 * samples, one hidden layer of 64 units passes 0.95.
 */
const WIDTH_PIXELS = 14
const HEIGHT_PIXELS = 19
const STRETCH = { least: 0.9, most: 1.1 }
const ROTATION_RADIANS = 0.2
const SHEAR = 0.2
const SHIFT_PIXELS = 3.2
const PEN_RADIUS_PIXELS = { least: 1.1, most: 1.8 }
/** Standard deviation of a control point, where the digit's box is 1 wide and 1 high. */
const UNSTEADINESS = 0.04
/** Standard deviation of a pixel; white is 1. */
const NOISE = 0.08

/**
 * White digits on black, `[28, 28, 1]` in [0, 1]. Of every ten samples in a row, each digit is one; a longer dataset
 * starts with the shorter one of the same randomness.
 */
export function drawDigits(samples: number, random: Random): Dataset {
  const inputs = new Float32Array(samples * SIZE * SIZE)
  const labels = new Int32Array(samples)
  const order = Int32Array.from({ length: CLASSES }, (_, digit) => digit)
  for (let sample = 0; sample < samples; sample++) {
    if (sample % CLASSES === 0) random.shuffle(order)
    const digit = order[sample % CLASSES] as number
    labels[sample] = digit
    drawDigit(inputs.subarray(sample * SIZE * SIZE, (sample + 1) * SIZE * SIZE), digit, random)
  }
  return { name: 'digits', inputs, labels, shape: [SIZE, SIZE, 1], classes: CLASSES }
}

function drawDigit(image: Float32Array, digit: number, random: Random): void {
  const ways = GLYPHS[digit] ?? []
  const glyph = ways[random.integer(ways.length)] ?? []
  const place = randomPlace(random)
  const radius = between(PEN_RADIUS_PIXELS.least, PEN_RADIUS_PIXELS.most, random)
  for (const { kind, points } of glyph) {
    const path = points.flatMap(([x, y]) =>
      place(x + UNSTEADINESS * random.normal(), y + UNSTEADINESS * random.normal()),
    )
    draw(image, SIZE, kind === 'curve' ? smooth(path) : path, radius)
  }
  for (let pixel = 0; pixel < image.length; pixel++) {
    const noisy = (image[pixel] as number) + NOISE * random.normal()
    image[pixel] = Math.min(1, Math.max(0, noisy))
  }
}

/** A random affine map from a glyph's box to pixels. */
function randomPlace(random: Random): (x: number, y: number) => [number, number] {
  const spread = (most: number) => between(-most, most, random)
  const angle = spread(ROTATION_RADIANS)
  const shear = spread(SHEAR)
  const width = WIDTH_PIXELS * between(STRETCH.least, STRETCH.most, random)
  const height = HEIGHT_PIXELS * between(STRETCH.least, STRETCH.most, random)
  const centreX = (SIZE - 1) / 2 + spread(SHIFT_PIXELS)
  const centreY = (SIZE - 1) / 2 + spread(SHIFT_PIXELS)
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  return (x, y) => {
    const v = (y - 0.5) * height
    const u = (x - 0.5) * width - shear * v
    return [centreX + cos * u - sin * v, centreY + sin * u + cos * v]
  }
}

function between(least: number, most: number, random: Random): number {
  return least + (most - least) * random.uniform()
}
