import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ModelFileError } from '../../../src/training/errors.ts'
import { modelDigest } from '../../../src/training/layers-model/model-digest.ts'
import { readLayersModelWeights } from '../../../src/training/layers-model/read-weights.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const { path } = temporaryFolder()

/** As long as the weights of which a manifest may say that they are in it. */
const SECRET = Buffer.from('a private key of sixty-four bytes, which is read by nobody else.')

interface Place {
  /** Of the model. */
  readonly folder: string
  /** A file beside that folder, which is none of the model's. */
  readonly secret: string
  readonly model: string
}

/** A folder with a model whose weights lie, as its manifest says, at this path. */
function modelWith(weights: string): Place {
  const parent = mkdtempSync(join(path, 'case-'))
  const folder = join(parent, 'model')
  mkdirSync(folder)
  mkdirSync(join(parent, 'me'))
  const secret = join(parent, 'me', 'identity')
  writeFileSync(secret, SECRET)
  const model = join(folder, 'model.json')
  const weight = { name: 'dense/kernel', shape: [4, 4], dtype: 'float32' }
  writeFileSync(
    model,
    JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: [weights], weights: [weight] }] }),
  )
  return { folder, secret, model }
}

async function expectRefused({ model }: Place, message: string): Promise<void> {
  await expect(readLayersModelWeights(model)).rejects.toThrow(ModelFileError)
  await expect(readLayersModelWeights(model)).rejects.toThrow(message)
  // The digest is told to everybody, and of one who can guess it would be enough.
  await expect(modelDigest(`tfjs:${model}`)).rejects.toThrow(message)
}

test.each(['../me/identity', 'deeper/../../me/identity', '..\\me\\identity', '/etc/hostname', 'C:\\me\\identity', ''])(
  'weights at %j are no file of the model, and are not read',
  async weights => {
    const place = modelWith(weights)
    mkdirSync(join(place.folder, 'deeper'))
    await expectRefused(
      place,
      `names ${JSON.stringify(weights)} as a file of weights, which is no path within the folder`,
    )
  },
)

test('a link out of the folder is not followed, of a file or of a folder', async () => {
  const linked = modelWith('weights.bin')
  symlinkSync(linked.secret, join(linked.folder, 'weights.bin'))
  await expectRefused(linked, 'which is a link out of the folder of the model')
  const through = modelWith('deeper/identity')
  symlinkSync('../me', join(through.folder, 'deeper'))
  await expectRefused(through, 'which is a link out of the folder of the model')
})

test('a link within the folder is a file of the model, and so is one in a folder there', async () => {
  const place = modelWith('parts/weights.bin')
  mkdirSync(join(place.folder, 'parts'))
  copyFileSync(place.secret, join(place.folder, 'real.bin'))
  symlinkSync('../real.bin', join(place.folder, 'parts', 'weights.bin'))
  const [{ data }] = await readLayersModelWeights(place.model)
  expect(Buffer.from(data.buffer)).toEqual(SECRET)
})

test('a folder of models that is itself reached through a link is the model’s own', async () => {
  const place = modelWith('weights.bin')
  copyFileSync(place.secret, join(place.folder, 'weights.bin'))
  symlinkSync(place.folder, `${place.folder}-linked`)
  expect(await readLayersModelWeights(join(`${place.folder}-linked`, 'model.json'))).toHaveLength(1)
})

test('what is no regular file is not opened: a pipe would be waited for', async () => {
  const piped = modelWith('weights.bin')
  execFileSync('mkfifo', [join(piped.folder, 'weights.bin')])
  await expectRefused(piped, 'which is no regular file')
  const folder = modelWith('weights.bin')
  mkdirSync(join(folder.folder, 'weights.bin'))
  await expectRefused(folder, 'which is no regular file')
  const model = modelWith('weights.bin').folder
  execFileSync('mkfifo', [join(model, 'pipe.json')])
  await expect(readLayersModelWeights(join(model, 'pipe.json'))).rejects.toThrow('is a device or a pipe')
})

test('a file of terabytes is refused by its size, before there is memory for it', async () => {
  const weights = modelWith('weights.bin')
  writeFileSync(join(weights.folder, 'weights.bin'), '')
  truncateSync(join(weights.folder, 'weights.bin'), 2 ** 42)
  await expectRefused(weights, `has ${2 ** 42} bytes of weights, its model.json describes 64`)
  const document = modelWith('weights.bin')
  truncateSync(document.model, 2 ** 42)
  await expectRefused(document, `has ${2 ** 42} bytes; expected at most`)
})
