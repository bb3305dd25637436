/**
 * Cores with one fault each, made of the real one by what stands between it and the world. The chaos suite is worth
 * something only if it catches them.
 *
 * @packageDocumentation
 */

import type { Checkpoint } from '../../src/gossip/checkpoint.ts'
import { createGossip } from '../../src/gossip/gossip.ts'
import type { Channel, FrameStream } from '../../src/gossip/ports.ts'
import type { Core } from './chaos.ts'
import { decorateStreams, frameType, type Side } from './decorated-network.ts'

const encode = (message: object) => new TextEncoder().encode(JSON.stringify(message))

function withStreams(decorate: (stream: FrameStream, channel: Channel, side: Side) => FrameStream): Core {
  return (options, emit) => createGossip({ ...options, network: decorateStreams(options.network, decorate) }, emit)
}

function withSaved(change: (checkpoint: Checkpoint) => Checkpoint): Core {
  return (options, emit) => {
    const { storage } = options
    if (storage === undefined) throw new Error('this core needs a storage')
    const broken = { ...storage, save: (checkpoint: Checkpoint) => storage.save(change(checkpoint)) }
    return createGossip({ ...options, storage: broken }, emit)
  }
}

/** The responder applies when it says that it is prepared, as if the initiator had committed already. */
export const appliesBeforeTheCommit = withStreams((stream, channel, side) => {
  if (channel !== 'exchange' || side !== 'called') return stream
  let prepared = false
  return {
    ...stream,
    async write(frame, options) {
      await stream.write(frame, options)
      prepared ||= frameType(frame) === 'prepared'
    },
    read: options => (prepared ? Promise.resolve(encode({ type: 'commit' })) : stream.read(options)),
  }
})

/** Whoever is in doubt drops the difference at the next contact, without regard to what the initiator decided. */
export const dropsDoubts = withStreams((stream, channel) => {
  if (channel !== 'settle') return stream
  return {
    ...stream,
    async read(options) {
      const frame = await stream.read(options)
      const type = frameType(frame)
      if (type === 'settle') return encode({ ...JSON.parse(new TextDecoder().decode(frame)), decisions: [] })
      if (type === 'settled') return encode({ type: 'settled', done: [], committed: [] })
      return frame
    },
  }
})

/** The initiator keeps no durable record of what it decided. */
export const forgetsDecisions = withSaved(checkpoint => ({ ...checkpoint, decisions: [] }))

/** The responder says that it is prepared without a durable record of the difference. */
export const preparesInMemory = withSaved(checkpoint => ({ ...checkpoint, doubts: [] }))
