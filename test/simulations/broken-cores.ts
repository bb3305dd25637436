/**
 * Cores with one fault each, made of the real one by what stands between it and the world. The chaos suite is worth
 * something only if it catches them.
 *
 * @packageDocumentation
 */

import { encodeMark } from '../../src/gossip/exchange/frame-message.ts'
import { createGossip } from '../../src/gossip/gossip.ts'
import type { Channel, FrameStream, Storage } from '../../src/gossip/ports.ts'
import type { Core } from './chaos.ts'
import { decorateStreams, frameType, type Side } from './decorated-network.ts'

const encode = (message: object) => new TextEncoder().encode(JSON.stringify(message))

function withStreams(decorate: (stream: FrameStream, channel: Channel, side: Side) => FrameStream): Core {
  return (options, emit) => createGossip({ ...options, network: decorateStreams(options.network, decorate) }, emit)
}

function withStorage(breakIt: (storage: Storage) => Storage): Core {
  return (options, emit) => {
    const { storage } = options
    if (storage === undefined) throw new Error('this core needs a storage')
    return createGossip({ ...options, storage: breakIt(storage) }, emit)
  }
}

/** The responder applies what it has prepared when the stream breaks, as if the initiator had decided it. */
export const appliesBeforeTheCommit = withStreams((stream, channel, side) => {
  if (channel !== 'exchange' || side !== 'called') return stream
  let answered = false
  return {
    ...stream,
    async write(frame, options) {
      await stream.write(frame, options)
      answered ||= frameType(frame) === 'frame'
    },
    read: options => stream.read(options).catch(error => (answered ? encodeMark(1) : Promise.reject(error))),
  }
})

/** A peer in doubt drops the difference at the next contact, without regard to what the initiator decided. */
export const dropsDoubts = withStreams((stream, channel) => {
  if (channel !== 'settle') return stream
  return {
    ...stream,
    async read(options) {
      const frame = await stream.read(options)
      const type = frameType(frame)
      if (type === 'settle') return encode({ ...JSON.parse(new TextDecoder().decode(frame)), decisions: [] })
      if (type === 'settled') return encode({ type: 'settled', done: [], decided: [], aborts: [] })
      return frame
    },
  }
})

/** The initiator keeps no durable record of what it decided. */
export const forgetsDecisions = withStorage(storage => ({
  ...storage,
  save: checkpoint => storage.save({ ...checkpoint, decisions: [] }),
  async append(entry) {
    const appended = storage.append(entry)
    if (entry.type !== 'decided') return appended
    const { id, partner } = entry
    await storage.append({ type: 'closed', id, partner, side: 'initiator' })
  },
}))

/** The responder answers, and so says that it is prepared, without a durable record of the difference. */
export const preparesInMemory = withStorage(storage => ({
  ...storage,
  save: checkpoint => storage.save({ ...checkpoint, doubts: [] }),
  append: entry => (entry.type === 'prepared' ? Promise.resolve() : storage.append(entry)),
}))
