import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'

export interface SlowPathOptions {
  /** One way, in milliseconds. */
  readonly delay: number
  /** Bytes a millisecond, each way. */
  readonly rate: number
  /** Whether all connections share that; otherwise each has as much, as where packets are lost. */
  readonly isShared: boolean
}

/** A way to a port over which bytes take their time. */
export interface SlowPath {
  readonly port: number
  /** Connections over it. */
  open(): number
  /** Nothing passes any more on those that are open but the first, and neither side is told. */
  holdOthers(): void
  stop(): Promise<void>
}

/** What waits on the way, at most, in bytes: then whoever sends has to wait. */
const QUEUE_BYTES = 64 * 1024

/** When the last byte that was taken has passed. */
interface Wire {
  free: number
}

/** @param to the port at its end */
export async function createSlowPath(to: number, { delay, rate, isShared }: SlowPathOptions): Promise<SlowPath> {
  const pairs = new Set<readonly [Socket, Socket]>()
  const held = new Set<Socket>()
  const shared: readonly [Wire, Wire] = [{ free: 0 }, { free: 0 }]

  function carry(from: Socket, onward: Socket, wire: Wire): void {
    const queue: { readonly bytes: Buffer; readonly due: number }[] = []
    let queued = 0
    let timer: NodeJS.Timeout | undefined

    /** In order, however timers round their times. */
    function pass(): void {
      timer = undefined
      while (queue.length > 0 && queue[0].due <= performance.now()) {
        const { bytes } = queue.shift() as { bytes: Buffer }
        queued -= bytes.byteLength
        if (!onward.destroyed && !held.has(from)) onward.write(bytes)
      }
      if (queued <= QUEUE_BYTES && !held.has(from)) from.resume()
      if (queue.length > 0) timer = setTimeout(pass, queue[0].due - performance.now())
      else if (from.readableEnded) onward.end()
    }

    from.on('data', bytes => {
      wire.free = Math.max(wire.free, performance.now()) + bytes.byteLength / rate
      queue.push({ bytes, due: wire.free + delay })
      queued += bytes.byteLength
      if (queued > QUEUE_BYTES) from.pause()
      timer ??= setTimeout(pass, delay)
    })
    from.on('end', () => queue.length === 0 && onward.end())
    from.on('close', () => clearTimeout(timer))
  }

  const server = createServer({ allowHalfOpen: true }, socket => {
    const onward = createConnection({ port: to, host: '127.0.0.1', allowHalfOpen: true })
    const pair = [socket, onward] as const
    pairs.add(pair)
    const [thither, hither] = isShared ? shared : [{ free: 0 }, { free: 0 }]
    for (const one of pair) {
      one.on('error', () => {})
      one.on('close', () => {
        pairs.delete(pair)
        if (held.has(one)) return
        for (const each of pair) each.destroy()
      })
    }
    carry(socket, onward, thither)
    carry(onward, socket, hither)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    open: () => pairs.size,
    holdOthers() {
      for (const [here, there] of [...pairs].slice(1)) held.add(here).add(there)
    },
    async stop() {
      for (const pair of pairs) for (const one of pair) one.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
