import { readHalves } from '../../parameters/half-precision.ts'
import { readLittleEndian } from '../../parameters/little-endian.ts'
import type { NamedTensor } from '../../parameters/safetensors.ts'
import { ModelFileError } from '../errors.ts'
import type { StoredWeight } from './model-json.ts'
import { readStoredModel } from './stored-weights.ts'
import { bytesOf } from './weight-files.ts'
import { wrappingWeights } from './wrapping-layers.ts'

/**
 * The weights of a model that TensorFlow.js or its converter saved, in the order of its files, as float32: also those that are stored as
 * halves, or as whole numbers of a step; of a model that hearsay has exported those of the model that was trained. Does not load
 * TensorFlow.js.
 *
 * @param file the `model.json`
 * @throws ModelFileError naming the file and what is wrong with it
 */
export async function readLayersModelWeights(file: string): Promise<NamedTensor[]> {
  const { model, weights, bytes } = await readStoredModel(file)
  let end = 0
  const tensors = weights.map(weight => {
    const { name, shape, dtype } = weight
    if (dtype !== 'float32') {
      throw new ModelFileError(
        `${file}: the weight ${name} is of type ${dtype}; expected float32 or float16, as weights that are learned are`,
      )
    }
    const data = new Float32Array(shape.reduce((size, dimension) => size * dimension, 1))
    const begin = end
    end += bytesOf(weight)
    readValues(weight, bytes.subarray(begin, end), data)
    return { name, shape, data }
  })
  const wrapping = wrappingWeights(model)
  return tensors.filter(({ name }) => !wrapping.has(name))
}

function readValues({ quantization }: StoredWeight, bytes: Buffer, values: Float32Array): void {
  if (quantization === undefined) readLittleEndian(bytes, values)
  else if (quantization.dtype === 'float16') readHalves(bytes, values)
  else {
    const { dtype, scale = 1, min = 0 } = quantization
    for (let i = 0; i < values.length; i++) {
      values[i] = (dtype === 'uint8' ? bytes[i] : bytes.readUInt16LE(2 * i)) * scale + min
    }
  }
}
