import type { GossipSubComponents } from '@libp2p/gossipsub'
import type { Connection, Stream, StreamHandler } from '@libp2p/interface'
import { describe, expect, test } from 'vitest'
import { MUTE_MS } from '../../../src/network/gate/constants.ts'
import { createGossipDoor } from '../../../src/network/gate/gossip-door.ts'

/** A connection on which nothing can be opened, of which only its end is looked at. */
function connectionTo(peer: string) {
  const ends: string[] = []
  const connection = {
    status: 'open',
    remotePeer: { toString: () => peer },
    newStream: async () => {
      throw new Error('not here')
    },
    abort: (reason: Error) => ends.push(reason.message),
  } as unknown as Connection
  return { connection, ends }
}

/** A stream that is open until it is told otherwise. */
function openStream() {
  const stream = Object.assign(new EventTarget(), { status: 'open' })
  const end = () => {
    stream.status = 'closed'
    stream.dispatchEvent(new Event('close'))
  }
  return { stream: stream as unknown as Stream, end }
}

describe('the door of gossip', () => {
  /** A door to which one member has come, with what serves the streams that it opens. */
  async function doorOf(peer: string) {
    let time = 0
    const door = createGossipDoor(() => time)
    const handlers: StreamHandler[] = []
    const registrar = door.between({
      handle: async (_protocol: string, handler: StreamHandler) => void handlers.push(handler),
    } as unknown as GossipSubComponents['registrar'])
    await registrar.handle('/meshsub/1.2.0', () => {})
    door.guard(async () => true)
    const { connection, ends } = connectionTo(peer)
    door.open(connection)
    return {
      ends,
      pass(milliseconds: number) {
        time += milliseconds
        door.tend()
      },
      serve: async (stream: Stream) => await handlers[0]?.(stream, connection),
    }
  }

  test('ends the connection of a member that speaks to nobody, after a while and once', async () => {
    const { ends, pass } = await doorOf('mute')
    pass(MUTE_MS)
    expect(ends).toEqual([])
    pass(1)
    expect(ends).toEqual(['it is connected, and has not said anything to everybody'])
    pass(1)
    expect(ends).toHaveLength(1)
  })

  test('leaves a member alone as long as one of its streams is open, and for a while after', async () => {
    const { ends, pass, serve } = await doorOf('talking')
    const [replaced, stands] = [openStream(), openStream()]
    await serve(replaced.stream)
    await serve(stands.stream)
    replaced.end()
    pass(10 * MUTE_MS)
    stands.end()
    pass(MUTE_MS)
    expect(ends).toEqual([])
    pass(1)
    expect(ends).toHaveLength(1)
  })
})
