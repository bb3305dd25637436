/**
 * `hearsay/testing`: what must hold of every driver of a port, as tests for any runner, and a world on a virtual clock to run them
 * in. No test framework is imported: a suite is a list, of which the caller makes tests.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { createVirtualWorld, networkCompliance } from 'hearsay/testing'
 *
 * // What is put around each network of the world is what is tested.
 * const world = createVirtualWorld(network => ({ ...network }))
 * for (const { title, run } of networkCompliance(world)) test(title, run)
 * ```
 *
 * @packageDocumentation
 */

export { createVirtualClock, type VirtualClock } from '../../simulations/virtual/clock.ts'
export { createVirtualDisk, type VirtualDisk } from '../../simulations/virtual/disk.ts'
export {
  createVirtualNetwork,
  type NetworkConditions,
  type Place,
  type VirtualNetwork,
} from '../../simulations/virtual/network.ts'
export { createVirtualWorld } from '../../simulations/virtual/network-world.ts'
export type { ComplianceTest } from '../testing/compliance-test.ts'
export { networkCompliance, type World } from '../testing/network-compliance.ts'
export { type Capture, type Shelf, storageCompliance } from '../testing/storage-compliance.ts'
