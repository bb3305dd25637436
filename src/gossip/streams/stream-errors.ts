import { HearsayError } from '../../errors.ts'

/** There are no more frames: the other side closed its half of the stream, and everything it wrote has been read. */
export class StreamEndedError extends HearsayError {
  override readonly name = 'StreamEndedError'
}

/** The bytes on the wire are not what the protocol allows, or they stop where it allows no end. */
export class ProtocolError extends HearsayError {
  override readonly name = 'ProtocolError'
}

/** The connection was lost, or the other side reset the stream: nobody's fault. */
export class ConnectionLostError extends HearsayError {
  override readonly name = 'ConnectionLostError'
}
