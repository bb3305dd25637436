import type { Stream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { expect, test } from 'vitest'
import { speakEarly } from '../../src/network/early-protocol.ts'

const LINES = '\x13/multistream/1.0.0\n\x0b/spoken/12\n'

/** A stream that keeps what is sent, and what comes out of it. */
function createStream() {
  const seen = { sent: '', brought: '', aborted: undefined as Error | undefined }
  const stream = {
    protocol: '',
    send(data: Uint8Array) {
      seen.sent += Buffer.from(data)
    },
    onData(data: Uint8Array | Uint8ArrayList) {
      seen.brought += Buffer.from(data.subarray())
    },
    abort(error: Error) {
      seen.aborted = error
    },
  }
  const answered = speakEarly(stream as unknown as Stream, '/spoken/12')
  return { stream, seen, answered, bring: (text: string) => stream.onData(new Uint8ArrayList(Buffer.from(text))) }
}

test('a protocol is spoken at once, and what multistream-select answers is left out of the stream', async () => {
  for (const cut of [1, 20, LINES.length - 1, LINES.length]) {
    const { stream, seen, answered, bring } = createStream()
    expect([seen.sent, stream.protocol]).toEqual([LINES, '/spoken/12'])
    bring(LINES.slice(0, cut))
    bring(`${LINES.slice(cut)}first`)
    bring('second')
    expect([seen.brought, seen.aborted]).toEqual(['firstsecond', undefined])
    expect(await answered).toBeGreaterThanOrEqual(0)
  }
})

test.each(['\x13/multistream/1.0.0\n\x03na\n', 'anything else'])(
  'an answer that is another one ends the stream: %j',
  text => {
    const { seen, bring } = createStream()
    bring(text)
    expect(seen.brought).toBe('')
    expect(String(seen.aborted)).toContain('it does not speak /spoken/12')
  },
)
