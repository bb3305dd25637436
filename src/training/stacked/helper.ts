/**
 * A thread that helps the one that trains. Started by `crew.ts`, and ended by it.
 *
 * @packageDocumentation
 */

import { parentPort, workerData } from 'node:worker_threads'
import { stackedModule } from './module.ts'
import { createOrders } from './orders.ts'
import { createStep, type StepOptions } from './step.ts'
import { createTeam } from './team.ts'

/** What a helper is started with. */
export interface HelperData {
  readonly memory: WebAssembly.Memory
  readonly options: StepOptions
  /** Address of the order board. */
  readonly orders: number
  /** What the leader's step has allocated, in its order: this thread's own where each has one. */
  readonly addresses: readonly number[]
  readonly index: number
  readonly size: number
}

const { memory, options, orders: at, addresses, index, size } = workerData as HelperData
const orders = createOrders(memory, at)
const team = createTeam(orders.team, index, size)
let next = 0
const allocate = () => addresses[next++]
const step = createStep({ memory, module: stackedModule(memory), allocate, allocateOwn: allocate, team }, options)
parentPort?.postMessage('ready')
try {
  for (;;) {
    team.meet()
    orders.follow(step)
    team.meet()
  }
} catch (error) {
  team.fail()
  throw error
}
