import { QUEUE_SECONDS } from './constants.ts'

export interface SwitchOptions {
  readonly delayMs?: number
  readonly loss?: number
  readonly rateMbps?: number
  /** From 0 to 1. */
  readonly random: () => number
  /** In milliseconds. */
  readonly now: () => number
  /** Hands an Ethernet frame to the host at a port. */
  readonly deliver: (port: number, frame: Uint8Array) => void
}

export interface Switch {
  /** A host is plugged in at a port. */
  open(port: number): void
  /** Takes an Ethernet frame from the host at a port. */
  take(port: number, frame: Uint8Array): void
  /** Hands on what is due. @returns milliseconds until something else is; undefined where nothing is on its way */
  work(): number | undefined
}

/** A frame on its way. */
interface Travelling {
  readonly frame: Uint8Array
  readonly to: number
  readonly due: number
}

/** When a wire has sent all that it was given, and what is on it, by the port at its end. */
interface Wire {
  free: number
  readonly queue: Travelling[]
}

/**
 * A switch with a long way inside. A frame is sent over its sender's wire, may be lost, is delayed, and is sent over its receiver's wire; a wire that is
 * full for longer than `QUEUE_SECONDS` drops what comes.
 */
export function createSwitch({ delayMs = 0, loss = 0, rateMbps, random, now, deliver }: SwitchOptions): Switch {
  /** Where each station was last heard. */
  const stations = new Map<string, number>()
  const ways = new Map<number, Wire>()
  const downs = new Map<number, Wire>()

  /** @returns when the last bit of a frame has been sent, in milliseconds; undefined where there is no room for it */
  function send(over: Wire, frame: Uint8Array, at: number): number | undefined {
    if (rateMbps === undefined) return at
    const begins = Math.max(at, over.free)
    if (begins - at > QUEUE_SECONDS * 1_000) return undefined
    over.free = begins + (frame.length * 8) / (rateMbps * 1_000)
    return over.free
  }

  function targets(from: number, frame: Uint8Array): readonly number[] {
    const isForAll = (frame[0] & 1) === 1
    const to = isForAll ? undefined : stations.get(addressAt(frame, 0))
    return (to === undefined ? [...ways.keys()] : [to]).filter(port => port !== from)
  }

  /** Moves what is due from the front of queues, which are in the order of their time. @returns when the next is due */
  function drain(wires: Map<number, Wire>, at: number, move: (one: Travelling) => void): number {
    let next = Number.POSITIVE_INFINITY
    for (const { queue } of wires.values()) {
      let moved = 0
      while (moved < queue.length && queue[moved].due <= at) move(queue[moved++])
      queue.splice(0, moved)
      next = Math.min(next, queue[0]?.due ?? next)
    }
    return next
  }

  return {
    open(port) {
      ways.set(port, { free: 0, queue: [] })
      downs.set(port, { free: 0, queue: [] })
    },
    take(port, frame) {
      const way = ways.get(port)
      if (way === undefined) return
      stations.set(addressAt(frame, 6), port)
      const left = send(way, frame, now())
      if (left === undefined) return
      for (const to of targets(port, frame)) {
        if (random() >= loss) way.queue.push({ frame, to, due: left + delayMs })
      }
    },
    work() {
      const at = now()
      const arriving = drain(ways, at, ({ frame, to, due }) => {
        const down = downs.get(to)
        const sent = down && send(down, frame, due)
        if (sent !== undefined) down?.queue.push({ frame, to, due: sent })
      })
      const leaving = drain(downs, at, ({ frame, to }) => deliver(to, frame))
      const next = Math.min(arriving, leaving)
      return next === Number.POSITIVE_INFINITY ? undefined : Math.max(0, next - at)
    },
  }
}

function addressAt(frame: Uint8Array, offset: number): string {
  return Buffer.from(frame.buffer, frame.byteOffset + offset, 6).toString('latin1')
}
