import { CONTROL, type SharedTables } from './plan.ts'
import type { SharedHeap } from './shared-heap.ts'

export function createTables(
  memory: WebAssembly.Memory,
  heap: SharedHeap,
  { peers, parameters, threads }: { readonly peers: number; readonly parameters: number; readonly threads: number },
): SharedTables {
  const perPeer = () => heap.doubles(peers)
  const unknown = () => perPeer().fill(Number.NaN)
  return {
    memory,
    control: heap.integers(CONTROL.verdicts + 2 * threads),
    estimates: perPeer(),
    mean: heap.doubles(parameters),
    squaredDistance: perPeer(),
    loss: unknown(),
    accuracy: unknown(),
    r2: unknown(),
    rmse: unknown(),
    mae: unknown(),
    norm: unknown(),
    bytesIn: perPeer(),
    bytesOut: perPeer(),
    messagesOut: perPeer(),
    merges: perPeer(),
    samples: perPeer(),
  }
}
