import { DataFileError, SourceError } from './errors.ts'

/** The form that all images of a dataset are given. */
export interface ImageForm {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
}

export interface ImageDecoder {
  /**
   * The size of an image as it is seen, its orientation heeded, and its channels: 1 where it is kept in shades of grey.
   *
   * @throws DataFileError with the reason alone where it cannot be read
   */
  form(path: string): Promise<ImageForm>
  /**
   * An image in this form, stretched where its own is another, what is transparent white.
   *
   * @returns `[height, width, channels]`, bytes
   * @throws DataFileError with the reason alone where it cannot be read
   */
  decode(path: string, form: ImageForm): Promise<Uint8Array>
}

/** An image that is cut or damaged is refused, and one that is only odd is not. */
const SOUND = { failOn: 'error' } as const

const GREY = ['b-w', 'grey16']

/**
 * Loads the decoder, which takes its time and only images need.
 *
 * @throws SourceError that says what to install, where it is not
 */
export async function loadImageDecoder(): Promise<ImageDecoder> {
  const sharp = await loadSharp()
  return {
    form: path =>
      explained(async () => {
        const { format, space, autoOrient } = await sharp(path, SOUND).metadata()
        if (format !== 'png' && format !== 'jpeg') throw new Error(`it holds ${format}, not PNG or JPEG`)
        return { ...autoOrient, channels: GREY.includes(space) ? 1 : 3 }
      }),
    decode: (path, { width, height, channels }) =>
      explained(() =>
        sharp(path, SOUND)
          .autoOrient()
          .flatten({ background: 'white' })
          .resize(width, height, { fit: 'fill' })
          .toColourspace(channels === 1 ? 'b-w' : 'srgb')
          .raw({ depth: 'uchar' })
          .toBuffer(),
      ),
  }
}

/** An optional peer dependency, because it is a tenth of an install. */
async function loadSharp() {
  try {
    return (await import('sharp')).default
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND'
    // One that is there says over many lines what is wrong with it.
    const why = isMissing ? 'is not installed' : `does not load: ${firstLine(error)}`
    throw new SourceError(`images: needs sharp, which ${why}; to install it: npm install sharp`, { cause: error })
  }
}

async function explained<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw new DataFileError(firstLine(error), { cause: error })
  }
}

function firstLine(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).trim().split('\n')
  return line
}
