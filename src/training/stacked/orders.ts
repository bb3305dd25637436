import type { StepCalls } from './step.ts'
import { TEAM_WORDS } from './team.ts'

const NAMES = ['forward', 'backward', 'update'] as const satisfies readonly (keyof StepCalls)[]

/** Arguments of an order, at most. */
const MOST_ARGUMENTS = 5

/** Bytes before the arguments, a multiple of eight: the team's words, and the order's name. */
const HEAD_BYTES = 8 * Math.ceil(((TEAM_WORDS + 1) * Int32Array.BYTES_PER_ELEMENT) / 8)

/** Bytes of memory that orders take, all 0 at first. */
export const ORDER_BYTES = HEAD_BYTES + MOST_ARGUMENTS * Float64Array.BYTES_PER_ELEMENT

/** What a crew's leader has told the others to do. Written before a meeting, and read after it. */
export interface OrderBoard {
  readonly address: number
  /** The words by which the team meets. */
  readonly team: Int32Array
  give(name: keyof StepCalls, given: readonly number[]): void
  /** Carries out what was told last. */
  follow(calls: StepCalls): void
}

export function createOrders(memory: WebAssembly.Memory, address: number): OrderBoard {
  const team = new Int32Array(memory.buffer, address, TEAM_WORDS)
  const order = new Int32Array(memory.buffer, address + TEAM_WORDS * Int32Array.BYTES_PER_ELEMENT, 1)
  const told = new Float64Array(memory.buffer, address + HEAD_BYTES, MOST_ARGUMENTS)
  return {
    address,
    team,
    give(name, given) {
      order[0] = NAMES.indexOf(name)
      told.set(given)
    },
    follow(calls) {
      const [a, b, c, d, e] = told
      switch (NAMES[order[0]]) {
        case 'forward':
          return calls.forward(a)
        case 'backward':
          return calls.backward(a, b)
        case 'update':
          return calls.update(a, b, c, d, e)
      }
    },
  }
}
