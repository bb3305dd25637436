/**
 * A web application that is also a peer. See README.md.
 *
 *     node examples/express/main.ts [--port PORT] [--connect ADDRESS] [--steps STEPS]
 */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { createPeer, HearsayError } from '../../src/index.ts'
import { createApp } from './app.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '3000' },
    connect: { type: 'string', multiple: true, default: [] },
    steps: { type: 'string', default: '1000' },
  },
})

const peer = await createPeer({
  recipe: { averaging: { rule: 'dpsgd' }, training: { steps: Number(values.steps) } },
  network: { listen: ['/ip4/127.0.0.1/tcp/0'], connect: values.connect, mdns: false },
  // Who comes after the end still gets the model, for as long as the application runs.
  stay: true,
})

// The application is there before the peer has met anybody, and after it has failed.
const server = createApp(peer).listen(Number(values.port), '127.0.0.1')
await once(server, 'listening')
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)

async function stop(): Promise<void> {
  server.close()
  // Whoever follows the events hears of it, and is let go.
  await peer.stop()
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)

await peer.start()
console.log(`another one joins with --connect ${peer.addresses()[0]}`)
try {
  console.log(`sealed ${(await peer.untilConsensus()).parametersHash}`)
} catch (error) {
  // It was stopped before, or everybody else has gone.
  if (!(error instanceof HearsayError)) throw error
  console.log(error.message)
}
