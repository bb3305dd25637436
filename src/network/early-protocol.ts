import type { Stream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { UnreachableError } from './errors.ts'

/** The name of multistream-select itself, by which both sides begin. */
const MULTISTREAM = '/multistream/1.0.0'

/** Longest line whose length takes one byte. */
const MAX_LINE_BYTES = 127

/**
 * Speaks a protocol over a new stream at once, without waiting for the other side to say that it does, too: a round trip less before
 * the first word. What the other side says, the two lines that it was sent, is left out of what the stream brings; where it
 * says anything else, the stream is aborted. To the other side it is multistream-select as ever (Protocol Labs, "multistream-select",
 * the case in which the initiator knows what is spoken).
 *
 * @param protocol one that the other side is known to speak
 * @returns resolves to the milliseconds in which the other side has answered; never where it does not
 */
export function speakEarly(stream: Stream, protocol: string): Promise<number> {
  const lines = Buffer.concat([lineOf(MULTISTREAM), lineOf(protocol)])
  const began = performance.now()
  const { promise, resolve } = Promise.withResolvers<number>()
  const onData: (data: Uint8Array | Uint8ArrayList) => void = Reflect.get(stream, 'onData').bind(stream)
  let seen = 0
  Object.assign(stream, {
    protocol,
    onData(data: Uint8Array | Uint8ArrayList) {
      const awaited = Math.min(lines.length - seen, data.byteLength)
      if (!lines.subarray(seen, seen + awaited).equals(data.subarray(0, awaited))) {
        stream.abort(new UnreachableError(`it does not speak ${protocol}`))
        return
      }
      seen += awaited
      if (seen === lines.length) {
        Object.assign(stream, { onData })
        resolve(performance.now() - began)
      }
      if (awaited < data.byteLength) onData(data.subarray(awaited))
    },
  })
  stream.send(lines)
  return promise
}

function lineOf(text: string): Buffer {
  const line = Buffer.from(`${text}\n`)
  if (line.length > MAX_LINE_BYTES) throw new RangeError(`the name of a protocol has ${MAX_LINE_BYTES} bytes at most`)
  return Buffer.concat([Buffer.of(line.length), line])
}
