import { describe, expect, test } from 'vitest'
import { MAX_CONTROL_BYTES, MAX_IN_DOUBT } from '../../src/gossip/constants.ts'
import { OffenceError, RefusedError } from '../../src/gossip/errors.ts'
import { type Message, receive, send } from '../../src/gossip/messages.ts'
import type { FrameStream } from '../../src/gossip/ports.ts'
import { forever } from './swarm-of-replicas.ts'

/** A stream that gives back what is written to it. */
function createLoop(): FrameStream {
  const frames: Uint8Array[] = []
  return {
    peer: 'self',
    write: async frame => void frames.push(frame),
    read: async () => frames.shift() ?? new Uint8Array(0),
    close: async () => {},
    abort() {},
  }
}

const hash = 'ab'.repeat(32)
const messages: readonly Message[] = [
  { type: 'propose', id: 'x.1', length: 10, concurrent: 2, age: 3 },
  { type: 'accept', concurrent: 1, age: 0 },
  { type: 'digest', hash },
  { type: 'prepared' },
  { type: 'commit' },
  { type: 'done' },
  { type: 'settle', decisions: ['a'], doubts: ['b', 'c'] },
  { type: 'settled', done: [], committed: ['b'] },
  { type: 'applied', done: ['b'] },
  { type: 'fetch' },
  { type: 'fetch', hash },
  { type: 'vector', length: 10, age: 4 },
  { type: 'recipe', recipe: { seed: 1, model: { kind: 'mlp', hidden: [1, 2] } } },
  { type: 'refuse', reason: 'busy' },
]

describe('a control message', () => {
  test.for(messages)('of type $type comes back as it was sent', async message => {
    const stream = createLoop()
    await send(stream, message, forever)
    expect(await receive(stream, message.type, forever)).toEqual(message)
  })

  test('that refuses is told from one that is malformed', async () => {
    const stream = createLoop()
    await send(stream, { type: 'refuse', reason: 'busy' }, forever)
    await expect(receive(stream, 'accept', forever)).rejects.toThrow(new RefusedError('busy'))
  })

  const encode = (document: unknown) => new TextEncoder().encode(JSON.stringify(document))
  const malformed: readonly [string, Parameters<typeof receive>[1], Uint8Array][] = [
    ['is empty', 'done', new Uint8Array(0)],
    ['is not JSON', 'done', new TextEncoder().encode('{"type":')],
    ['is not UTF-8', 'done', Uint8Array.of(0xff)],
    ['is null', 'done', encode(null)],
    ['is a list', 'done', encode([])],
    ['is too long', 'done', encode({ type: 'done', padding: ' '.repeat(MAX_CONTROL_BYTES) })],
    ['is of another type', 'accept', encode({ type: 'commit' })],
    ['has a field too many', 'commit', encode({ type: 'commit', now: true })],
    ['has a negative length', 'propose', encode({ type: 'propose', id: 'x', length: -1, concurrent: 1, age: 0 })],
    ['has no concurrency', 'accept', encode({ type: 'accept', concurrent: 0, age: 0 })],
    [
      'has an id that is too long',
      'propose',
      encode({ type: 'propose', id: 'x'.repeat(65), length: 1, concurrent: 1, age: 0 }),
    ],
    ['has an age beyond what is exact', 'accept', encode({ type: 'accept', concurrent: 1, age: 2 ** 60 })],
    ['has a hash that is none', 'digest', encode({ type: 'digest', hash: 'xyz' })],
    [
      'settles too much',
      'settle',
      encode({ type: 'settle', decisions: new Array(4 * MAX_IN_DOUBT + 1).fill('x'), doubts: [] }),
    ],
    ['refuses at length', 'accept', encode({ type: 'refuse', reason: 'x'.repeat(201) })],
  ]

  test.for(malformed)('that %s is an offence', async ([, type, frame]) => {
    const stream = createLoop()
    await stream.write(frame, forever)
    await expect(receive(stream, type, forever)).rejects.toThrow(OffenceError)
  })
})
