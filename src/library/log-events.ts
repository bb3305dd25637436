import type { Logger } from '../network/logger.ts'
import type { PeerEvents } from './peer.ts'

type Emit = <Name extends keyof PeerEvents>(name: Name, detail: PeerEvents[Name]) => void

/** Logs what a peer tells, and tells it. */
export function loggingEvents(emit: Emit, log: Logger): Emit {
  return (name, detail) => {
    if (log.enabled) {
      const say = name === 'failed' || name === 'warning' ? log.error : log
      say('%s %s', name, describe(detail))
    }
    emit(name, detail)
  }
}

function describe(detail: object): string {
  return JSON.stringify(detail, (_key, value) => (value instanceof Error ? String(value) : value))
}
