import type { Checkpoint } from '../gossip/state/checkpoint.ts'
import { createLayout } from '../parameters/layout.ts'

export const layout = createLayout([
  { name: 'kernel', shape: [2, 2], trainable: true },
  { name: 'bias', shape: [2], trainable: true },
])

/** A checkpoint with something in every field. */
export const checkpoint: Checkpoint = {
  swarm: 'a5'.repeat(32),
  peer: 'peer-0',
  sequence: 7,
  step: 120,
  age: 345,
  sealed: 'b6'.repeat(32),
  random: [1, -2, 3, 4_294_967_295],
  parameters: Float32Array.of(0.1, -0, 2 ** -149, 3e38, 5, 6),
  decisions: [
    { id: 'exchange-1', partner: 'peer-1', frames: 3 },
    {
      id: 'exchange-4',
      partner: 'peer-4',
      frames: 2,
      added: [
        { first: 0, values: Float32Array.of(0.5, -0.25) },
        { first: 2, values: Float32Array.of(7, 8), indices: Int32Array.of(1, 3) },
      ],
    },
  ],
  aborts: [{ id: 'exchange-5', partner: 'peer-5', frames: 1 }],
  doubts: [
    { id: 'exchange-2', partner: 'peer-2', frame: 0, first: 0, values: Float32Array.of(1, 2, 3, 4, 5, 6) },
    {
      id: 'exchange-3',
      partner: 'peer-3',
      frame: 4,
      first: 1,
      values: Float32Array.of(-1, -2, -3),
      indices: Int32Array.of(0, 2, 4),
    },
  ],
  trainer: {
    tensors: { momentum: Float32Array.of(0.5, 0.25), order: Float32Array.of(3) },
    metadata: { optimizer: 'sgd', steps: '120' },
  },
}
