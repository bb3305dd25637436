import util from 'node:util'

/**
 * Functions of Node's util module that `@tensorflow/tfjs-node` 4.22 still calls. Node 23 removed the first, without which
 * the addon loads and fails in the middle of an operation; the second is deprecated and warns on stderr.
 */
const GONE: Readonly<Record<string, (value: unknown) => boolean>> = {
  isNullOrUndefined: value => value === null || value === undefined,
  isArray: Array.isArray,
}

/** Puts back what is gone or going, in this thread: Node makes its modules anew for each. */
export function restoreNodeUtil(target: object = util): void {
  Object.assign(target, GONE)
}
