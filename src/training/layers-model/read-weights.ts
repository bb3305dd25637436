import { readHalves } from '../../parameters/half-precision.ts'
import { readLittleEndian } from '../../parameters/little-endian.ts'
import type { NamedTensor } from '../../parameters/safetensors.ts'
import { ModelFileError } from '../errors.ts'
import { readModelFile } from './model-file.ts'
import { readModelJson, type StoredWeight, weightFiles } from './model-json.ts'

/**
 * The weights of a model that TensorFlow.js or its converter saved, in the order of its files, as float32: also those that are stored as
 * halves, or as whole numbers of a step. Does not load TensorFlow.js.
 *
 * @param file the `model.json`
 * @throws ModelFileError naming the file and what is wrong with it
 */
export async function readLayersModelWeights(file: string): Promise<NamedTensor[]> {
  const model = await readModelJson(file)
  const data = Buffer.concat(await Promise.all(weightFiles(file, model).map(readModelFile)))
  let end = 0
  const tensors = model.weightsManifest
    .flatMap(({ weights }) => weights)
    .map((weight): NamedTensor => {
      const { name, shape } = weight
      const values = new Float32Array(shape.reduce((size, dimension) => size * dimension, 1))
      const bytes = data.subarray(end, end + values.length * bytesPerValue(weight, file))
      end += values.length * bytesPerValue(weight, file)
      if (end <= data.length) readValues(weight, bytes, values)
      return { name, shape, data: values }
    })
  if (end === data.length) return tensors
  throw new ModelFileError(
    `${file} describes ${end} bytes of weights, and the files beside it have ${data.length}: one is damaged, or of another model`,
  )
}

function bytesPerValue({ name, dtype, quantization }: StoredWeight, file: string): number {
  if (dtype !== 'float32') {
    throw new ModelFileError(
      `${file}: the weight ${name} is of type ${dtype}; expected float32, as weights that are learned are`,
    )
  }
  return quantization === undefined ? 4 : quantization.dtype === 'uint8' ? 1 : 2
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
