/**
 * The layers that an exported model has around the one that was trained: they standardise samples, and give targets in their units. Apart
 * from what makes them, since to name them takes no TensorFlow.js.
 *
 * @packageDocumentation
 */

export const STANDARDISE = 'standardise'
export const UNITS = 'units'

/** Whether a weight of an exported model is of such a layer. */
export function isWrapping(weight: string): boolean {
  const [layer] = weight.split('/')
  return layer === STANDARDISE || layer === UNITS
}
