import { setTimeout as pause } from 'node:timers/promises'
import type { Trainer } from '../../src/index.ts'
import { createLayout } from '../../src/public/models.ts'
import { entry, solved, TABLE_LENGTH, TABLE_SHAPE, type Table, target } from './table.ts'
import { type Cell, inRegion, isGoal, MOVES, neighbour, starts } from './world.ts'

/** In a world without chance, what a move turns out to be worth can be believed at once. */
const LEARNING_RATE = 1

/** A local step is a walk of so many moves. */
const MOVES_PER_STEP = 100

/** How long a walk takes. A world has a pace of its own: without it, all would have learned before they had met. */
const STEP_MS = 10

/**
 * Tabular Q-learning (Watkins, 1989) as a trainer: the table is the parameters, a local step a walk through the agent's own
 * region. It starts anywhere in it, moves at random and never leaves it: behind the door it knows what the table says,
 * and no more.
 */
export function createAgent(region: number): Trainer {
  const home = starts.filter(cell => inRegion(cell, region))
  return {
    layout: createLayout([{ name: 'q', shape: TABLE_SHAPE, trainable: true }]),
    backend: 'table',
    samples: home.length,

    // Nobody knows anything yet. What nobody has tried stays at 0, and everything that leads to the goal is worth more.
    initial: async () => new Float32Array(TABLE_LENGTH),

    async train(parameters, steps) {
      const table = parameters.slice()
      let surprise = 0
      for (let step = 0; step < steps; step++) surprise += walk(table, region, any(home))
      // Before the pause: the parameters are the peer's own, and exchanges change them meanwhile.
      const update = table.map((value, i) => value - parameters[i])
      await pause(steps * STEP_MS)
      return {
        update,
        loss: surprise / (steps * MOVES_PER_STEP),
        samples: steps * MOVES_PER_STEP,
        seconds: (steps * STEP_MS) / 1_000,
      }
    },

    /** The loss is how far the table is from agreeing with itself; the accuracy, how many of all cells lead to the goal. */
    async evaluate(table) {
      const errors = starts.flatMap(cell =>
        MOVES.map((_, move) => target(table, cell, move) - table[entry(cell, move)]),
      )
      const loss = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length
      return { loss, accuracy: solved(table).size / starts.length, samples: starts.length }
    },

    // An agent that moves at random remembers nothing between two walks.
    state: async () => ({ tensors: {}, metadata: {} }),
    async restore() {},
    async stop() {},
  }
}

/** Learns in place from random moves; returns the sum of how far the table was wrong. */
function walk(table: Table, region: number, start: Cell): number {
  let cell = start
  let surprise = 0
  for (let moved = 0; moved < MOVES_PER_STEP; moved++) {
    const move = Math.floor(Math.random() * MOVES.length)
    const at = entry(cell, move)
    const error = target(table, cell, move) - table[at]
    table[at] += LEARNING_RATE * error
    surprise += Math.abs(error)
    const next = neighbour(cell, move)
    // Through the door or at the goal it begins anew.
    cell = inRegion(next, region) && !isGoal(next) ? next : start
  }
  return surprise
}

const any = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)]
