/**
 * A local step by several threads, which share one memory. The one that is called leads: it says what is to be done, and all do their
 * parts of it.
 *
 * @packageDocumentation
 */

import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Arena } from './arena.ts'
import type { HelperData } from './helper.ts'
import { stackedModule } from './module.ts'
import { createOrders, ORDER_BYTES } from './orders.ts'
import { createStep, type Step, type StepCalls, type StepOptions } from './step.ts'
import { ALONE, createTeam } from './team.ts'

/** A step, and the threads that make it. */
export interface Crew extends Step {
  /** Resolves when all threads are there: before the first call. @throws where one cannot be started */
  start(): Promise<void>
  stop(): Promise<void>
}

/** @param size threads, this one among them */
export function createCrew(arena: Arena, options: StepOptions, size: number): Crew {
  const { memory, allocate } = arena
  const module = stackedModule(memory)
  if (size === 1) {
    const step = createStep({ memory, module, allocate, allocateOwn: allocate, team: ALONE }, options)
    return { ...step, async start() {}, async stop() {} }
  }
  const orders = createOrders(memory, allocate(ORDER_BYTES))
  const allocations: Allocation[] = []
  const noted = (isOwn: boolean) => (bytes: number) => {
    const address = allocate(bytes)
    allocations.push({ address, bytes, isOwn })
    return address
  }
  const team = createTeam(orders.team, 0, size)
  const step = createStep({ memory, module, allocate: noted(false), allocateOwn: noted(true), team }, options)
  const addressesOfHelpers = Array.from({ length: size - 1 }, () =>
    allocations.map(({ address, bytes, isOwn }) => (isOwn ? allocate(bytes) : address)),
  )
  const helpers: Worker[] = []

  function startHelper(addresses: readonly number[], index: number): Worker {
    const workerData: HelperData = { memory, options, orders: orders.address, addresses, index, size }
    // The file beside this one is `.ts` in the sources and `.js` once built.
    const file = new URL(`./helper${extname(import.meta.url)}`, import.meta.url)
    const helper = new Worker(file, { workerData, name: `hearsay training ${index + 1}`, execArgv: [] })
    helper.unref()
    return helper
  }

  /** Has all threads do something, this one too, and waits until all have. */
  function together<Name extends keyof StepCalls>(name: Name): Step[Name] {
    return ((...given: number[]) => {
      orders.give(name, given)
      team.meet()
      ;(step[name] as (...given: number[]) => void)(...given)
      team.meet()
    }) as Step[Name]
  }

  return {
    ...step,
    forward: together('forward'),
    backward: together('backward'),
    update: together('update'),
    async start() {
      if (helpers.length > 0) return
      for (const [i, addresses] of addressesOfHelpers.entries()) helpers.push(startHelper(addresses, i + 1))
      // Rejects where the thread fails before it is ready.
      await Promise.all(helpers.map(helper => once(helper, 'message')))
    },
    async stop() {
      await Promise.all(helpers.map(helper => helper.terminate()))
    },
  }
}

/** A part of the memory that the leader's step has taken. */
interface Allocation {
  readonly address: number
  readonly bytes: number
  /** Whether each thread has one of its own. */
  readonly isOwn: boolean
}
