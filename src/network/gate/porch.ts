/**
 * Where sockets wait before libp2p makes anything of them: until they have said whether they knock. A thousand that come in a second cost
 * little more than to be accepted, and those for whose handshakes there is no time are gone before they cost anything.
 *
 * @packageDocumentation
 */

import type { Socket } from 'node:net'
import { groupOfIp } from '../hosts.ts'
import { createBudget } from './budget.ts'
import { ARRIVING_PLACES, KNOCK_TIMEOUT_MS, KNOCKED_HANDSHAKES, PORCH_MS, STRANGER_HANDSHAKES } from './constants.ts'
import { firstLines, type Knock } from './knock.ts'
import { createPlaces } from './places.ts'

/** A socket that has a place on the porch, and is closed when it is late. */
export interface WrappedCaller {
  /** What wraps the knock is done with: as much time again, for a round trip more. Called once. */
  unwrapped(): void
  /**
   * Looks at all that was said so far inside.
   *
   * @returns what of it is to be read on when the socket may enter; undefined while more is needed, and when the socket was closed
   */
  look(said: Buffer): Buffer | undefined
}

export interface Porch {
  /** @param enter takes the socket on, if there is time for its handshake; a knock has been read by then, and nothing else */
  receive(socket: Socket, enter: () => void): void
  /** The same for a socket on which a knock comes wrapped in something else, which its transport reads. */
  receiveWrapped(socket: Socket): WrappedCaller
  /** Whether a socket that has entered began with a knock; undefined where it has not come this way. */
  hasKnocked(socket: Socket): boolean | undefined
  /** Closes all that wait. */
  clear(): void
}

export function createPorch(knock: Knock): Porch {
  const [knocked, strangers] = [createBudget(KNOCKED_HANDSHAKES), createBudget(STRANGER_HANDSHAKES)]
  const places = createPlaces<Socket>(ARRIVING_PLACES, socket => socket.destroy())
  /** When each came that waits, in that order. */
  const waiting = new Map<Socket, number>()
  const entered = new WeakMap<Socket, boolean>()
  /** One for all: a timer for each would cost more than the look at them. */
  let timer: NodeJS.Timeout | undefined

  function closeLate(): void {
    const late = performance.now() - KNOCK_TIMEOUT_MS
    for (const [socket, since] of waiting) {
      if (since > late) return
      socket.destroy()
    }
  }

  function forget(socket: Socket): void {
    waiting.delete(socket)
    places.release(socket)
    if (waiting.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  /** Gives a socket a place. @returns what ends its wait */
  function arrive(socket: Socket): () => void {
    const onClose = () => forget(socket)
    socket.on('error', ignore).on('close', onClose)
    waiting.set(socket, performance.now())
    places.take(socket, groupOfIp(socket.remoteAddress))
    timer ??= setInterval(closeLate, PORCH_MS).unref()
    return () => {
      forget(socket)
      socket.off('close', onClose).off('error', ignore)
    }
  }

  /** Lets a socket in, if there is time for its handshake. @returns what it has said beside a knock; undefined otherwise */
  function judge(socket: Socket, said: Buffer, end: () => void): Buffer | undefined {
    const length = firstLines(said)
    if (length === undefined) return undefined
    const hasKnocked = knock.isRight(said.subarray(0, length))
    if (!(hasKnocked ? knocked : strangers).spend()) {
      socket.destroy()
      return undefined
    }
    end()
    entered.set(socket, hasKnocked)
    return hasKnocked ? said.subarray(length) : said
  }

  return {
    receive(socket, enter) {
      const end = arrive(socket)
      let said: Buffer = Buffer.alloc(0)
      const onReadable = () => {
        const more: Buffer | null = socket.read()
        if (more === null) return
        // Kept here: given back to the socket it would be read again at once, and again, and nothing else would ever have its turn.
        said = Buffer.concat([said, more])
        const rest = judge(socket, said, end)
        if (rest === undefined) return
        socket.off('readable', onReadable)
        if (rest.byteLength > 0) socket.unshift(rest)
        enter()
      }
      socket.on('readable', onReadable)
    },
    receiveWrapped(socket) {
      const end = arrive(socket)
      return {
        unwrapped() {
          // It is the last that came, from now on.
          if (waiting.delete(socket)) waiting.set(socket, performance.now())
        },
        look: said => judge(socket, said, end),
      }
    },
    hasKnocked: socket => entered.get(socket),
    clear() {
      for (const socket of waiting.keys()) socket.destroy()
    },
  }
}

/** What a socket ends with ends its wait, too. */
function ignore(): void {}
