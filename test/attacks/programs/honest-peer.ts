/**
 * An honest peer with a part of the built-in digits, `--index I --of N --partition HOW`; it writes its parameters to `--model FILE` in the end. It takes the recipe from `--recipe FILE`, and comes with `--state DIR`
 * or `--invite TEXT` where that is asked for. Says what happens to it in JSON lines, as `hearsay peer --json` does; ends with its swarm, or
 * on SIGINT.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createPeer, type PeerEvents } from '../../../src/index.ts'
import { littleEndianBytes } from '../../../src/parameters/little-endian.ts'

/** How often it says at which step it is. */
const STEP_MS = 100

const TOLD = [
  'started',
  'peer:join',

  'warning',
  'consensus',
  'stopped',
] as const satisfies readonly (keyof PeerEvents)[]

const { values } = parseArgs({
  options: {
    recipe: { type: 'string', default: '' },
    index: { type: 'string', default: '0' },
    of: { type: 'string', default: '1' },
    partition: { type: 'string', default: 'dirichlet:0.5' },
    model: { type: 'string' },
    connect: { type: 'string', multiple: true, default: [] },
    state: { type: 'string' },
    invite: { type: 'string' },
  },
})

const peer = await createPeer({
  recipe: JSON.parse(readFileSync(values.recipe, 'utf8')),
  data: 'digits',
  shard: { index: Number(values.index), of: Number(values.of), partition: values.partition, seed: 1 },
  network: { listen: ['/ip4/127.0.0.1/tcp/0'], connect: values.connect, mdns: false },
  // Named, because it takes longer to try what else there is than these runs do.
  backend: 'wasm',
  ...(values.state !== undefined && { state: values.state }),
  ...(values.invite !== undefined && { invitation: values.invite }),
})
for (const event of TOLD) {
  peer.addEventListener(event, ({ detail }) => console.log(JSON.stringify({ event, ...detail })))
}
setInterval(() => console.log(JSON.stringify({ event: 'step', step: peer.status().step })), STEP_MS).unref()
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')))
try {
  await peer.start()
  await peer.untilDismissed(interrupted)
} catch (error) {
  if (!interrupted.signal.aborted) console.error(error)
}
if (values.model !== undefined) writeFileSync(values.model, littleEndianBytes(peer.parameters()))
await peer.stop()
