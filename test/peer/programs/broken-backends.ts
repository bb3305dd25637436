/**
 * Makes Node find optional backends that are installed and broken. Preloaded with `--import`.
 *
 * @packageDocumentation
 */

import { registerHooks } from 'node:module'

const module = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`

const PACKAGES: Readonly<Record<string, string>> = {
  '@tensorflow/tfjs-node-gpu': module(
    // With what it was told of the GPU.
    "throw new Error('libcudart.so.11.0: cannot open shared object file, for GPU ' + process.env.CUDA_VISIBLE_DEVICES)",
  ),
  // Native code that is given what it does not expect ends so.
  '@tensorflow/tfjs-node': module("console.error('an assertion failed'); process.abort()"),
}

registerHooks({
  resolve(specifier, context, next) {
    if (!Object.hasOwn(PACKAGES, specifier)) return next(specifier, context)
    return { url: PACKAGES[specifier], format: 'module', shortCircuit: true }
  },
})
