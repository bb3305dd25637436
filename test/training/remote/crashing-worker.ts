/** A training thread that becomes ready and crashes at its first call. */

import { parentPort } from 'node:worker_threads'
import type { Reply } from '../../../src/training/remote/messages.ts'

const ready: Reply = {
  kind: 'ready',
  frozen: undefined,
  begins: false,
  layout: { tensors: [{ name: 'x', shape: [1], trainable: true, offset: 0, size: 1 }], length: 1 },
  backend: 'none',
  trainerKind: undefined,
  threads: undefined,
  samples: 1,
  judges: false,
  parameters: new SharedArrayBuffer(4),
  result: new SharedArrayBuffer(4),
}

parentPort?.on('message', () => {
  throw new Error('the machine caught fire')
})
parentPort?.postMessage(ready)
