import { describe, expect, test } from 'vitest'
import { MAX_OPEN_WITH_ONE } from '../../../src/gossip/constants.ts'
import { ProtocolViolationError, RefusedError } from '../../../src/gossip/errors.ts'
import type { FrameStream } from '../../../src/gossip/ports.ts'
import { MAX_CONTROL_BYTES } from '../../../src/gossip/streams/constants.ts'
import { type Message, receive, send } from '../../../src/gossip/streams/messages.ts'
import { forever } from '../swarm-of-replicas.ts'

/** A stream that gives back what is written to it. */
function createLoop(): FrameStream {
  const frames: Uint8Array[] = []
  return {
    peer: 'self',
    write: async frame => void frames.push(frame),
    read: async () => frames.shift() ?? new Uint8Array(0),
    close: async () => {},
    abort() {},
    traffic: { bytesIn: 0, bytesOut: 0 },
  }
}

const hash = 'ab'.repeat(32)
const messages: readonly Message[] = [
  {
    type: 'propose',
    id: 'x.1',
    length: 10,
    first: 2,
    end: 10,
    weight: 0.25,
    age: 3,
    codec: 'int8',
    reference: 'x.0',
    done: true,
    voice: 1,
  },
  { type: 'accept', weight: 0.5, age: 0, done: false, voice: 1 },
  { type: 'digest', hash },
  { type: 'settle', decisions: [{ id: 'a', frames: 3 }], doubts: ['b', 'c'], aborts: [{ id: 'd', frames: 0 }] },
  { type: 'settled', done: [], decided: [{ id: 'b', frames: 1 }], aborts: [{ id: 'a', frames: 2 }] },
  { type: 'applied', done: ['b'] },
  { type: 'fetch', first: 0, end: 10 },
  { type: 'fetch', hash, first: 0, end: 10 },
  { type: 'vector', length: 10, age: 4 },
  { type: 'recipe', recipe: { seed: 1, model: { kind: 'mlp', hidden: [1, 2] }, hearsayProtocol: 2 } },
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

  test('of a recipe is read of peers of any version', async () => {
    const recipeOf = async (document: object) => {
      const stream = createLoop()
      await stream.write(encode({ type: 'recipe', ...document }), forever)
      return (await receive(stream, 'recipe', forever)).recipe
    }
    expect(await recipeOf({ recipe: { seed: 1 } })).toEqual({ seed: 1, hearsayProtocol: 1 })
    expect(await recipeOf({ recipe: { hearsayProtocol: 7 }, signature: 'abc' })).toEqual({ hearsayProtocol: 7 })
  })

  const proposal = { type: 'propose', id: 'x', length: 1, first: 0, end: 1, weight: 0.5, age: 0, codec: 'none' }
  const encode = (document: unknown) => new TextEncoder().encode(JSON.stringify(document))
  const malformed: readonly [string, Parameters<typeof receive>[1], Uint8Array][] = [
    ['is empty', 'applied', new Uint8Array(0)],
    ['is not JSON', 'applied', new TextEncoder().encode('{"type":')],
    ['is not UTF-8', 'applied', Uint8Array.of(0xff)],
    ['is null', 'applied', encode(null)],
    ['is a list', 'applied', encode([])],
    ['is too long', 'applied', encode({ type: 'applied', done: [], padding: ' '.repeat(MAX_CONTROL_BYTES) })],
    ['is of another type', 'accept', encode({ type: 'applied', done: [] })],
    ['has a field too many', 'applied', encode({ type: 'applied', done: [], now: true })],
    ['has a negative length', 'propose', encode({ ...proposal, length: -1 })],
    ['has a codec of a long name', 'propose', encode({ ...proposal, codec: 'x'.repeat(33) })],
    ['has an id that is too long', 'propose', encode({ ...proposal, id: 'x'.repeat(65) })],
    ...[0, -0.5, 0.51, 1e300].map((weight): (typeof malformed)[number] => [
      `has the weight ${weight}`,
      'accept',
      encode({ type: 'accept', weight, age: 0 }),
    ]),
    ['says a version that is none', 'recipe', encode({ type: 'recipe', recipe: { hearsayProtocol: 'two' } })],
    ['has an age beyond what is exact', 'accept', encode({ type: 'accept', weight: 0.5, age: 2 ** 60 })],
    ['has a hash that is none', 'digest', encode({ type: 'digest', hash: 'xyz' })],
    [
      'settles too much',
      'settle',
      encode({ type: 'settle', decisions: [], doubts: new Array(MAX_OPEN_WITH_ONE + 1).fill('x'), aborts: [] }),
    ],
    ['refuses at length', 'accept', encode({ type: 'refuse', reason: 'x'.repeat(201) })],
  ]

  test.for(malformed)('that %s is an offence', async ([, type, frame]) => {
    const stream = createLoop()
    await stream.write(frame, forever)
    await expect(receive(stream, type, forever)).rejects.toThrow(ProtocolViolationError)
  })
})
