import { createGossip } from '../../src/gossip/gossip.ts'
import type { Channel, FrameStream } from '../../src/gossip/ports.ts'
import type { Core } from './chaos.ts'
import { decorateStreams, frameType, type Side } from './decorated-network.ts'

/** The messages of an exchange of one frame in the order in which they are sent. */
export const EXCHANGE_PHASES = ['propose', 'accept', 'offer', 'answer', 'decided', 'applied'] as const

/** @param reader which end has read it */
function phaseOf(frame: Uint8Array, reader: Side): string {
  const type = frameType(frame)
  if (type === 'frame') return reader === 'called' ? 'offer' : 'answer'
  if (type === 'mark') return reader === 'called' ? 'decided' : 'applied'
  return type
}

/**
 * A core that counts how often a fault ended an exchange, by the message that came next and did not arrive, and under
 * `settle` how often one ended a settlement.
 */
export function countCuts(cuts: Map<string, number>): Core {
  interface Progress {
    /** How many of the phases have arrived. */
    arrived: number
    cut: boolean
  }
  const open = new Map<string, Progress>()
  const phases: readonly string[] = EXCHANGE_PHASES

  function watch(stream: FrameStream, channel: Channel, side: Side, progress: Progress): FrameStream {
    function count(error: Error): never {
      if (error.name === 'ConnectionLostError' && !progress.cut) {
        progress.cut = true
        const phase = channel === 'settle' ? channel : phases[progress.arrived]
        cuts.set(phase, (cuts.get(phase) ?? 0) + 1)
      }
      throw error
    }
    return {
      ...stream,
      async read(options) {
        const frame = await stream.read(options).catch(count)
        progress.arrived = Math.max(progress.arrived, phases.indexOf(phaseOf(frame, side)) + 1)
        return frame
      },
      write: (frame, options) => stream.write(frame, options).catch(count),
    }
  }

  return (options, emit) => {
    const { self } = options.network
    const network = decorateStreams(options.network, (stream, channel, side) => {
      if (channel !== 'exchange' && channel !== 'settle') return stream
      const key = `${channel} ${side === 'opener' ? `${self} ${stream.peer}` : `${stream.peer} ${self}`}`
      // Both ends count as one; the called side gets its end first.
      const progress = (side === 'opener' && open.get(key)) || { arrived: 0, cut: false }
      open.set(key, progress)
      return watch(stream, channel, side, progress)
    })
    return createGossip({ ...options, network }, emit)
  }
}
