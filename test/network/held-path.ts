import { createConnection, createServer, type Socket } from 'node:net'

/** A way to a port on which connections can be held: nothing passes then, and neither side is told. */
export interface HeldPath {
  /** The port of this way. */
  readonly port: number
  hold(): void
  release(): void
  stop(): Promise<void>
}

/** @param to the port at its end */
export async function createHeldPath(to: number): Promise<HeldPath> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let isHeld = false

  const server = createServer(socket => {
    const onward = createConnection(to, '127.0.0.1')
    const pair = [socket, onward] as const
    pairs.add(pair)
    for (const one of pair) {
      one.on('error', () => {})
      // Who is held hears of no end either.
      one.on('close', () => isHeld || end(pair))
    }
    if (!isHeld) join(pair)
  })
  function join(pair: readonly [Socket, Socket]): void {
    const [here, there] = pair
    if (here.destroyed || there.destroyed) end(pair)
    else here.pipe(there).pipe(here)
  }
  function end(pair: readonly [Socket, Socket]): void {
    pairs.delete(pair)
    for (const one of pair) one.destroy()
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return {
    port: address.port,
    hold() {
      isHeld = true
      for (const [here, there] of pairs) {
        here.unpipe(there).pause()
        there.unpipe(here).pause()
      }
    },
    release() {
      isHeld = false
      for (const pair of pairs) join(pair)
    },
    async stop() {
      for (const pair of pairs) end(pair)
      await new Promise(resolve => server.close(resolve))
    },
  }
}
