import { formOf, SOURCES } from '../catalogue.ts'
import { DECODED_AT_ONCE, IN_MEMORY_LIMIT_BYTES } from './constants.ts'
import { type Dataset, subset } from './dataset.ts'
import { DataFileError, SourceError } from './errors.ts'
import { createGrowingLabels } from './growing-labels.ts'
import { type ImageForm, loadImageDecoder } from './image-decoder.ts'
import { findImages, type ImageFile } from './image-folder.ts'
import { createRowStore } from './row-store.ts'
import { shuffledOrder } from './shuffle.ts'
import { createSkippedFiles, type SkippedFiles } from './skipped.ts'
import type { DataSource, LoadOptions, Split } from './source.ts'
import { parseSourceArgument, type SourceArgument } from './source-argument.ts'
import { splitLastFifth } from './split.ts'

const FORM = formOf(SOURCES, 'images')

/**
 * A folder of PNG and JPEG files with one folder per class, as `[height, width, channels]` in [0, 1]. Size and channels are those that
 * the source says, else those of the swarm's recipe, to which images are stretched. Without either the size is that of all images; where
 * they differ it must be given. There is one channel where all images are kept in shades of grey, else there are three.
 *
 * The folder may have `train` and `test`, with the classes in either: see {@link findImages}. Otherwise the last fifth is kept for
 * testing. What is for training is shuffled with the seed, before the split.
 */
export const images: DataSource = {
  async load(argument, options) {
    const given = parseSourceArgument('images', argument, FORM, ['size', 'channels'])
    const recipe = formIn(options.shape)
    const size = parseSize(given) ?? recipe
    const channels = parseChannels(given) ?? recipe?.channels
    const folder = given.path
    const { classNames, files, hasTestPart, skipped } = await findImages(folder)
    const skippedFiles = createSkippedFiles(folder, options)
    for (const file of skipped) skippedFiles.skip(file)

    const decoder = await loadImageDecoder()
    const found: FoundImage[] = []
    const readForm = (file: ImageFile) => decoder.form(file.path)
    await inTurn(files, skippedFiles, readForm, (file, form) => found.push({ ...file, form }))
    const form = { ...(size ?? commonSize(folder, found)), channels: channels ?? commonChannels(found) }

    if (size !== undefined && size === recipe) warnOfStretching(folder, found, size, options)

    const shape = [form.height, form.width, form.channels]
    const store = createRowStore({
      element: 'uint8',
      width: form.height * form.width * form.channels,
      limit: options.memoryLimitBytes ?? IN_MEMORY_LIMIT_BYTES,
    })
    try {
      const labels = createGrowingLabels()
      const parts: (boolean | undefined)[] = []
      const decode = ({ path }: ImageFile) => decoder.decode(path, form)
      await inTurn(found, skippedFiles, decode, ({ label, forTesting }, pixels) => {
        store.append(pixels)
        labels.push(label)
        parts.push(forTesting)
      })
      skippedFiles.warn(files.length + skipped.length)
      const dataset = {
        name: `images:${folder}`,
        inputs: store.finish(),
        labels: labels.toArray(),
        shape,
        classes: classNames.length,
        classNames,
      }
      const order = shuffledOrder(dataset, options.seed)
      if (!hasTestPart) return splitLastFifth(dataset, options.samples, order)
      return splitByPart(dataset, order, parts, options.samples)
    } catch (error) {
      store.discard()
      throw error
    }
  },
}

interface FoundImage extends ImageFile {
  readonly form: ImageForm
}

/** Reads files, a few at once, and hands over what came of them in their order. Those that cannot be read are skipped. */
async function inTurn<F extends ImageFile, T>(
  files: readonly F[],
  skippedFiles: SkippedFiles,
  read: (file: F) => Promise<T>,
  take: (file: F, result: T) => void,
): Promise<void> {
  for (let at = 0; at < files.length; at += DECODED_AT_ONCE) {
    const group = files.slice(at, at + DECODED_AT_ONCE)
    const results = await Promise.allSettled(group.map(read))
    for (const [i, result] of results.entries()) {
      if (result.status === 'fulfilled') take(group[i], result.value)
      else if (result.reason instanceof DataFileError) {
        skippedFiles.skip({ name: group[i].name, reason: result.reason.message })
      } else throw result.reason
    }
  }
}

/**
 * @param order of the samples
 * @param forTesting `[samples]`
 * @throws DataFileError where a part is empty
 */
function splitByPart(
  dataset: Dataset,
  order: Int32Array,
  forTesting: readonly (boolean | undefined)[],
  limit = Number.POSITIVE_INFINITY,
): Split {
  const part = (testing: boolean) => order.filter(sample => forTesting[sample] === testing)
  const [training, testing] = [part(false), part(true)]
  for (const [what, { length }] of Object.entries({ training, testing })) {
    if (length === 0) {
      throw new DataFileError(
        `${dataset.name}: found no image for ${what} that can be read; expected PNG or JPEG files in a folder per class`,
      )
    }
  }
  return {
    train: subset(dataset, training.subarray(0, Math.min(training.length, limit))),
    test: subset(dataset, testing),
  }
}

/** The form that a recipe's model takes; undefined where there is no recipe, or its model takes no images. */
function formIn(shape: readonly number[] | undefined): ImageForm | undefined {
  const [height, width, channels] = shape ?? []
  return shape?.length === 3 && (channels === 1 || channels === 3) ? { height, width, channels } : undefined
}

function warnOfStretching(
  folder: string,
  found: readonly FoundImage[],
  { width, height }: Size,
  { warn }: LoadOptions,
) {
  const others = found.filter(({ form }) => form.width !== width || form.height !== height)
  if (others.length === 0) return
  const [{ name, form }] = others
  warn?.(
    `${folder}: ${others.length} of ${found.length} images are stretched to ${width}x${height}, as the recipe says, ` +
      `such as ${name} from ${form.width}x${form.height}`,
  )
}

type Size = Pick<ImageForm, 'width' | 'height'>

function parseSize({ source, get }: SourceArgument): Size | undefined {
  const text = get('size')
  if (text === undefined) return undefined
  const [, width, height] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text) ?? []
  if (height !== undefined) return { width: Number(width), height: Number(height) }
  throw new SourceError(`"${source}" says size=${text}; expected width and height in pixels, such as size=32x32`)
}

function parseChannels({ source, get }: SourceArgument): 1 | 3 | undefined {
  const text = get('channels')
  if (text === undefined) return undefined
  if (text === '1') return 1
  if (text === '3') return 3
  throw new SourceError(`"${source}" says channels=${text}; expected channels=1 (grey) or channels=3 (colour)`)
}

function commonSize(folder: string, found: readonly FoundImage[]): Size {
  const first = found.at(0)
  if (first === undefined) {
    throw new DataFileError(
      `${folder}: found no image that can be read; expected PNG or JPEG files in a folder per class`,
    )
  }
  const { width, height } = first.form
  const other = found.find(({ form }) => form.width !== width || form.height !== height)
  if (other === undefined) return { width, height }
  throw new DataFileError(
    `${folder}: ${first.name} is ${width}x${height} and ${other.name} is ${other.form.width}x${other.form.height}; ` +
      'say to which size all are to be stretched, such as ?size=32x32',
  )
}

function commonChannels(found: readonly FoundImage[]): 1 | 3 {
  return found.every(({ form }) => form.channels === 1) ? 1 : 3
}
