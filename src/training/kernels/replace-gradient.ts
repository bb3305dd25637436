// Registers TensorFlow.js's own gradients, which its core alone does not have in Node: a later import would replace
// ours.
import '@tensorflow/tfjs-layers'
import * as tf from '@tensorflow/tfjs-core'
import { WASM } from './wasm-backend.ts'

/**
 * Makes the wasm backend find a gradient in another way; all others go on as before.
 *
 * @param own undefined where the usual way is the right one for these attributes
 */
export function replaceGradient(
  kernelName: string,
  own: (attrs: tf.NamedAttrMap) => tf.GradFunc | undefined,
  saved: Pick<tf.GradConfig, 'inputsToSave' | 'outputsToSave'> = {},
): void {
  const stock = tf.getGradient(kernelName)
  tf.unregisterGradient(kernelName)
  tf.registerGradient({
    kernelName,
    inputsToSave: stock.inputsToSave,
    outputsToSave: stock.outputsToSave,
    ...saved,
    gradFunc(dy, values, attrs) {
      const gradFunc = tf.getBackend() === WASM ? own(attrs) : undefined
      return (gradFunc ?? stock.gradFunc)(dy, values, attrs)
    },
  })
}
