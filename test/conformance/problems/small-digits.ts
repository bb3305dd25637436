import { readFileSync } from 'node:fs'
import { type Dataset, samples } from '../../../src/data/dataset.ts'
import { digits } from '../../../src/data/digits.ts'
import type { Split } from '../../../src/data/source.ts'
import { createRandom } from '../../../src/random/random.ts'
import { inputsOf } from '../../data/inputs-of.ts'
import { realData } from '../../data/real-data.ts'

/** Side of the small pictures, and of the blocks of the large ones that become one of their points. */
const SIDE = 7
const BLOCK = 4

/** The built-in digits, every 4 × 4 points made one: 49 features in [0, 1]. Small enough for hundreds of runs. */
export async function smallDigits(trainingSamples = 1_437): Promise<Split> {
  const split = await digits.load('', { seed: 1, samples: trainingSamples })
  return { train: shrunk(split.train), test: shrunk(split.test) }
}

function shrunk(data: Dataset): Dataset {
  const large = inputsOf(data)
  const wide = SIDE * BLOCK
  const inputs = new Float32Array(samples(data) * SIDE * SIDE)
  large.forEach((value, i) => {
    const sample = Math.floor(i / (wide * wide))
    const [row, column] = [Math.floor((i % (wide * wide)) / wide), i % wide]
    inputs[(sample * SIDE + Math.floor(row / BLOCK)) * SIDE + Math.floor(column / BLOCK)] += value / BLOCK ** 2
  })
  return { ...data, inputs, shape: [SIDE * SIDE] }
}

const FEATURES = 64
const LEVELS = 16
const TRAINING_ROWS = 1_437

/**
 * The 1,797 handwritten digits of 8 × 8 points (UCI, Optical Recognition of Handwritten Digits; Alpaydin and Kaynak 1998),
 * as scikit-learn ships them: a row has 64 levels from 0 to 16 and the label. Undefined where the file is missing.
 */
export function opticalDigits(): Split | undefined {
  const file = realData('optdigits/digits.csv')
  if (file === undefined) return undefined
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => line.split(',').map(Number))
  createRandom('split').shuffle(rows)
  const part = (name: string, chosen: readonly number[][]): Dataset => ({
    name,
    inputs: Float32Array.from(chosen.flatMap(row => row.slice(0, FEATURES).map(level => level / LEVELS))),
    labels: Int32Array.from(chosen, row => row[FEATURES]),
    shape: [FEATURES],
    classes: 10,
  })
  return { train: part('optdigits', rows.slice(0, TRAINING_ROWS)), test: part('optdigits', rows.slice(TRAINING_ROWS)) }
}
