import { CONTROL, type SharedTables } from './plan.ts'
import type { SharedHeap } from './shared-heap.ts'

export function createTables(
  memory: WebAssembly.Memory,
  heap: SharedHeap,
  { peers, parameters, threads }: { readonly peers: number; readonly parameters: number; readonly threads: number },
): SharedTables {
  const perPeer = () => heap.doubles(peers)
  return {
    memory,
    control: heap.integers(CONTROL.verdicts + 2 * threads),
    estimates: perPeer(),
    mean: heap.doubles(parameters),
    squaredDistance: perPeer(),
    loss: perPeer(),
    accuracy: perPeer(),
    bytesIn: perPeer(),
    bytesOut: perPeer(),
    messagesOut: perPeer(),
    merges: perPeer(),
    samples: perPeer(),
  }
}
