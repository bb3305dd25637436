import type { Connection } from '@libp2p/interface'
import { PING_PROTOCOL } from '@libp2p/ping'
import type { AbortOptions } from '../gossip/ports.ts'

/**
 * Asks the other end of a connection for any answer.
 *
 * @throws where it refuses, which is an answer too, and with the signal's reason where none comes before that is aborted
 */
export async function ask(connection: Connection, { signal }: AbortOptions): Promise<void> {
  const stream = await connection.newStream(PING_PROTOCOL, { signal, runOnLimitedConnection: true })
  stream.close({ signal }).catch(() => {})
}
