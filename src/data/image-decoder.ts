import { DataFileError } from './errors.ts'

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

/** Loads the decoder, which takes its time and only images need. */
export async function loadImageDecoder(): Promise<ImageDecoder> {
  const { default: sharp } = await import('sharp')
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

async function explained<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).trim().split('\n')
    throw new DataFileError(line, { cause: error })
  }
}
