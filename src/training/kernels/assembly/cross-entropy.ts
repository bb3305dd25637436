import { exponential } from './exponential'
import { logarithm } from './logarithm'
import { transposeFour } from './transpose'

/**
 * z ← s (softmax(z) − y), y the labels as rows of 0 and a 1: the gradient of the softmax cross-entropy, in place.
 *
 * @param z logits `[rows, classes]`, rows `step` bytes apart
 * @param labels int32 `[rows]`
 * @param weights float32 `[rows]`: how much each sample counts, in the loss too; 0 where all count 1
 * @param scale s
 * @param lanes scratch memory, 16 bytes for each class and 16 more
 * @returns Σ −log softmax(z)[label]
 */
export function crossEntropyGradient(
  z: usize,
  step: usize,
  rows: i32,
  classes: i32,
  labels: usize,
  weights: usize,
  scale: f32,
  lanes: usize,
): f64 {
  const end = lanes + ((<usize>classes) << 4)
  let loss: f64 = 0
  for (let row = 0; row < rows; row += 4) {
    const count = min(rows - row, 4)
    laySamples(z, step, count, classes, lanes)
    // Behind the last weights lies something else: those lanes are thrown away.
    const weight = weights == 0 ? f32x4.splat(1) : v128.load(weights)
    loss += sumOfLanes(f32x4.mul(weight, lossOfFour(lanes, end, labels, count)), count)
    const scales = f32x4.mul(weight, f32x4.splat(scale))
    const share = f32x4.div(scales, v128.load(end))
    v128.store(end, scales)
    for (let at = lanes; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), share))
    for (let lane: usize = 0; lane < <usize>count; lane++) {
      let to = z
      for (let at = lanes; at < end; at += 16) {
        f32.store(to, f32.load(at + (lane << 2)))
        to += 4
      }
      const own = z + ((<usize>i32.load(labels)) << 2)
      f32.store(own, f32.load(own) - f32.load(end + (lane << 2)))
      z += step
      labels += 4
    }
    weights += weights == 0 ? 0 : 16
  }
  return loss
}

/**
 * The loss alone, and how many samples are classified correctly: whose label has the largest logit, and where several are
 * the largest, the first of them. Arguments as for {@link crossEntropyGradient}, but that the logits stay as they are.
 *
 * @param correct where to write their number, int32
 */
export function crossEntropy(
  z: usize,
  step: usize,
  rows: i32,
  classes: i32,
  labels: usize,
  lanes: usize,
  correct: usize,
): f64 {
  const end = lanes + ((<usize>classes) << 4)
  let loss: f64 = 0
  let found = 0
  for (let row = 0; row < rows; row += 4) {
    const count = min(rows - row, 4)
    laySamples(z, step, count, classes, lanes)
    const best = firstLargest(lanes, end)
    const of4 = lossOfFour(lanes, end, labels, count)
    loss += sumOfLanes(of4, count)
    // Where a logit is no number, neither is the loss, and nothing is the largest.
    const hits = v128.and(i32x4.eq(best, labelsOfFour(labels, count)), f32x4.eq(of4, of4))
    found += popcnt(i32x4.bitmask(hits) & ((1 << count) - 1))
    z += step << 2
    labels += 16
  }
  i32.store(correct, found)
  return loss
}

/** Four samples, one in each lane, `[classes, 4]`: where there are fewer, the last of them again. */
function laySamples(z: usize, step: usize, count: i32, classes: i32, lanes: usize): void {
  const z1 = z + step * <usize>min(1, count - 1)
  const z2 = z + step * <usize>min(2, count - 1)
  const z3 = z + step * <usize>min(3, count - 1)
  transposeFour(z, z1, z2, z3, classes, lanes, 16)
}

/** log Σ e^z − z[label] of four samples; leaves behind e to the logits less the largest, and after them their sum. */
function lossOfFour(lanes: usize, end: usize, labels: usize, count: i32): v128 {
  let largest = v128.load(lanes)
  for (let at = lanes + 16; at < end; at += 16) largest = f32x4.pmax(largest, v128.load(at))
  const ofLabels = atLabels(lanes, labels, count)
  let sum = f32x4.splat(0)
  for (let at = lanes; at < end; at += 16) {
    const e = exponential(f32x4.sub(v128.load(at), largest))
    v128.store(at, e)
    sum = f32x4.add(sum, e)
  }
  v128.store(end, sum)
  return f32x4.add(f32x4.sub(largest, ofLabels), logarithm(sum))
}

/** Which class has the largest logit of each of four samples. */
function firstLargest(lanes: usize, end: usize): v128 {
  let largest = v128.load(lanes)
  let best = i32x4.splat(0)
  let here = best
  for (let at = lanes + 16; at < end; at += 16) {
    const z = v128.load(at)
    here = i32x4.add(here, i32x4.splat(1))
    const larger = f32x4.gt(z, largest)
    largest = v128.bitselect(z, largest, larger)
    best = v128.bitselect(here, best, larger)
  }
  return best
}

/** The label of the i-th of `count` samples, or of the last. */
function labelAt(labels: usize, i: i32, count: i32): i32 {
  return i32.load(labels + ((<usize>min(i, count - 1)) << 2))
}

function labelsOfFour(labels: usize, count: i32): v128 {
  return i32x4(
    labelAt(labels, 0, count),
    labelAt(labels, 1, count),
    labelAt(labels, 2, count),
    labelAt(labels, 3, count),
  )
}

/** The logit of each sample's label. */
function atLabels(lanes: usize, labels: usize, count: i32): v128 {
  return f32x4(
    f32.load(lanes + ((<usize>labelAt(labels, 0, count)) << 4)),
    f32.load(lanes + ((<usize>labelAt(labels, 1, count)) << 4), 4),
    f32.load(lanes + ((<usize>labelAt(labels, 2, count)) << 4), 8),
    f32.load(lanes + ((<usize>labelAt(labels, 3, count)) << 4), 12),
  )
}

/** The sum of the first `count` lanes. */
function sumOfLanes(x: v128, count: i32): f64 {
  let sum = <f64>f32x4.extract_lane(x, 0)
  if (count > 1) sum += <f64>f32x4.extract_lane(x, 1)
  if (count > 2) sum += <f64>f32x4.extract_lane(x, 2)
  if (count > 3) sum += <f64>f32x4.extract_lane(x, 3)
  return sum
}
