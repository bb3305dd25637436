import { restoreNodeUtil } from './node-util.ts'

/** The name of both packages within TensorFlow.js. Only one of the two can be in a process. */
export const ADDON_REGISTERED_NAME = 'tensorflow'

/** TensorFlow reports each library it loads; from this level on only what is wrong. */
export const QUIET = { TF_CPP_MIN_LOG_LEVEL: '1' }

interface AddonBackend {
  readonly isUsingGpuDevice: boolean
}

/**
 * Loads TensorFlow's C library through one of its Node packages, which starts it as it is imported.
 *
 * @returns whether it computes on a GPU
 */
export async function loadAddon(packageName: string): Promise<boolean> {
  restoreNodeUtil()
  const tf = await import('@tensorflow/tfjs-core')
  await import(packageName)
  return (tf.findBackend(ADDON_REGISTERED_NAME) as unknown as AddonBackend).isUsingGpuDevice
}

/** The remedy where the addon itself did not load, whichever of the two it is. */
export function remedyForAddon(packageName: string, reason: string): string | undefined {
  if (/native addon module|tfjs_binding\.node/.test(reason)) {
    return (
      `its binary was not downloaded or built; run: npm rebuild ${packageName} --build-addon-from-source ` +
      '(needs Python, make and a C++ compiler; npm must be allowed to run install scripts)'
    )
  }
  const library = /(lib[\w+.-]+\.so[.\d]*): cannot open shared object/.exec(reason)?.[1]
  if (library?.startsWith('libtensorflow')) return `TensorFlow's library is missing; run: npm rebuild ${packageName}`
  if (/GLIBC|GLIBCXX/.test(reason)) return 'the binary was built for a newer system; rebuild it from source'
  return undefined
}
