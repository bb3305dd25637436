import { realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { ModelFileError } from '../errors.ts'
import type { ModelFilePart } from '../models/family.ts'
import type { ModelJson, StoredWeight } from './model-json.ts'

/** Bytes of one value, by the type it is written as. */
const BYTES = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 }

/** The files of a model's weights, in the order of its manifest, and all weights as they are written there. */
export interface WeightFiles {
  readonly files: readonly ModelFilePart[]
  /** None is called float16 that TensorFlow.js would not know. */
  readonly weights: readonly StoredWeight[]
}

/**
 * Finds the files that a manifest names, and reads none of them. Whoever wrote the manifest may have named any file of this machine, whose
 * content would go into parameters that others are given: so each must be a regular file in the model's own folder, also after links were
 * followed, and all together must have the bytes that the weights need.
 *
 * @param file the `model.json`
 * @throws ModelFileError naming the file that does not
 */
export async function weightFiles(file: string, { weightsManifest }: ModelJson): Promise<WeightFiles> {
  const folder = dirname(file)
  const home = await found(realpath(folder), folder)
  const files: ModelFilePart[] = []
  for (const path of weightsManifest.flatMap(({ paths }) => paths)) files.push(await partOf(file, home, path))
  const bytes = files.reduce((sum, part) => sum + part.bytes, 0)
  const weights = inFloat32(
    weightsManifest.flatMap(group => group.weights),
    bytes,
  )
  const described = weights.reduce((sum, weight) => sum + bytesOf(weight), 0)
  // TensorFlow.js would read past a short one, and give other weights.
  if (described === bytes) return { files, weights }
  throw new ModelFileError(
    `${folder} has ${bytes} bytes of weights, its model.json describes ${described}: ` +
      'a file of weights is damaged, or of another model',
  )
}

async function partOf(file: string, home: string, path: string): Promise<ModelFilePart> {
  const refuse = (what: string) =>
    new ModelFileError(
      `${file} names ${JSON.stringify(path)} as a file of weights, which ${what}; expected a file in ${dirname(file)}, or in a folder there`,
    )
  // Of both kinds on every system: a model is taken from one to another.
  const isOutside = path.split(/[/\\]/).includes('..') || isAbsolute(path) || /^(?:[/\\]|[a-z]:)/i.test(path)
  if (isOutside || path === '' || path.includes('\0')) throw refuse('is no path within the folder of the model')
  const place = join(dirname(file), path)
  const real = await found(realpath(place), place)
  const within = relative(home, real)
  if (within === '' || within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within)) {
    throw refuse('is a link out of the folder of the model')
  }
  const { size, ...kind } = await found(
    stat(real).then(is => ({ size: is.size, isFile: is.isFile() })),
    place,
  )
  if (!kind.isFile) throw refuse('is no regular file')
  return { path: real, bytes: size }
}

async function found<T>(looking: Promise<T>, path: string): Promise<T> {
  try {
    return await looking
  } catch (cause) {
    throw new ModelFileError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** Bytes of all values of a weight. */
export function bytesOf({ shape, dtype, quantization }: StoredWeight): number {
  return BYTES[quantization?.dtype ?? dtype] * shape.reduce((size, dimension) => size * dimension, 1)
}

/**
 * TensorFlow.js knows float16 only as a way to write float32 in fewer bytes. Some converters call weights float16 that they wrote as
 * float32, and only the size of the file tells.
 *
 * @param bytes of all weights together
 */
function inFloat32(weights: readonly StoredWeight[], bytes: number): StoredWeight[] {
  const single = weights.map(weight => (weight.dtype === 'float16' ? { ...weight, dtype: 'float32' as const } : weight))
  const halves = single.map((weight, i) =>
    weights[i].dtype === 'float16' ? { ...weight, quantization: { dtype: 'float16' as const } } : weight,
  )
  return single.reduce((sum, weight) => sum + bytesOf(weight), 0) === bytes ? single : halves
}
