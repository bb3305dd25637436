import { describe, expect, test } from 'vitest'
import { signFlip } from '../../src/averaging/attacks/sign-flip.ts'
import { createSketcher } from '../../src/averaging/sketch.ts'
import { drawDigits } from '../../src/data/digits.ts'
import { BODY_OFFSET, decodeFrameMessage, encodeMark, sealFrame } from '../../src/gossip/exchange/frame-message.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'
import type { FrameStream, Network } from '../../src/gossip/ports.ts'
import { littleEndianBytes } from '../../src/parameters/little-endian.ts'
import { norm } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'
import { forgedWorld } from './forging/forged-world.ts'
import { type Forgery, forgeries, forgeryNamed } from './forging/forgeries.ts'
import { type Conspiracy, createConspiracy, forgeExchanges, type SketchOf } from './forging/forging-network.ts'
import { backdoored, triggeredTest } from './forging/trigger.ts'
import { never } from './liar.ts'

const OWN = Float32Array.of(1, 2, -3, 4)
const THEIRS = Float32Array.of(5, 6, 7, 8)
const { sketch } = createSketcher(OWN.length, SKETCH_BUCKETS, 1)

const text = (message: object) => Buffer.from(JSON.stringify(message))
const base64 = (vector: Float32Array) => Buffer.from(littleEndianBytes(sketch(vector))).toString('base64')

function frameOf(values: Float32Array, settled = 0, index = 0): Uint8Array {
  const memory = new Uint8Array(BODY_OFFSET + values.byteLength)
  memory.set(littleEndianBytes(values), BODY_OFFSET)
  return sealFrame(memory, settled, index, values.byteLength)
}

function valuesOf(frame: Uint8Array): readonly number[] {
  const body = decodeFrameMessage(frame).frame?.body ?? new Uint8Array()
  return [...new Float32Array(body.slice().buffer)]
}

/** A liar's exchange with a partner that says these things, and what the partner hears. */
async function exchangeWith(
  partner: string,
  says: readonly Uint8Array[],
  {
    sketchOf = 'lie',
    conspiracy = createConspiracy(createRandom(1)),
  }: { sketchOf?: SketchOf; conspiracy?: Conspiracy } = {},
) {
  const heard: Uint8Array[] = []
  const said = [...says]
  const stream = {
    peer: partner,
    write: async (frame: Uint8Array) => void heard.push(frame),
    read: async () => said.shift(),
  } as unknown as FrameStream
  const network = { self: 'liar', open: async () => stream } as unknown as Network
  const { forge } = signFlip
  if (forge === undefined) throw new Error('it forges')
  const forged = forgeExchanges(network, { forge, conspiracy, own: () => OWN, sketch, sketchOf })
  return { stream: await forged.open(partner, 'exchange', never), heard, conspiracy }
}

describe('a member that forges what it merges', () => {
  const accept = text({ type: 'accept', weight: 0.25, age: 3 })
  const proposal = { type: 'propose', id: 'a', weight: 0.5, age: 3 }

  test('sends a lie in the place of its own vector, in a sound frame, and everything else as it is', async () => {
    const { stream, heard, conspiracy } = await exchangeWith('anna', [accept, frameOf(THEIRS)])
    await stream.write(text(proposal), never)
    await stream.read(never)
    await stream.write(frameOf(OWN, 0, 0), never)
    await stream.read(never)
    await stream.write(encodeMark(1), never)
    expect(heard[0]).toEqual(text(proposal))
    expect(decodeFrameMessage(heard[1])).toMatchObject({ settled: 0, frame: { index: 0 } })
    expect(valuesOf(heard[1])).toEqual([-1, -2, 3, -4])
    expect(heard[2]).toEqual(encodeMark(1))
    expect(conspiracy.heard.get('anna')).toEqual(THEIRS)
    expect(conspiracy.told).toBe(1)
  })

  test('sends the sketch of its lie before it, and no radius', async () => {
    const { stream, heard } = await exchangeWith('anna', [accept])
    await stream.write(text({ ...proposal, reach: { sketch: base64(OWN), radius: 2 } }), never)
    await stream.read(never)
    // Its parameters may have changed since.
    await stream.write(frameOf(THEIRS), never)
    const lie = Float32Array.of(-1, -2, 3, -4)
    expect(JSON.parse(String(heard[0]))).toEqual({ ...proposal, reach: { sketch: base64(lie) } })
    expect(valuesOf(heard[1])).toEqual([...lie])
  })

  test('sends the sketch of its own vector before a lie, where it is to lie in that too', async () => {
    const { stream, heard } = await exchangeWith('anna', [], { sketchOf: 'own' })
    const message = text({ ...proposal, type: 'accept', reach: { sketch: base64(OWN) } })
    await stream.write(message, never)
    await stream.write(frameOf(OWN), never)
    expect(heard[0]).toEqual(message)
    expect(valuesOf(heard[1])).toEqual([-1, -2, 3, -4])
  })

  test('says the truth to another that lies with it', async () => {
    const conspiracy = createConspiracy(createRandom(1))
    conspiracy.liars.add('ben')
    const { stream, heard } = await exchangeWith('ben', [frameOf(THEIRS)], { conspiracy })
    await stream.read(never)
    await stream.write(frameOf(OWN), never)
    expect(valuesOf(heard[0])).toEqual([...OWN])
    expect(conspiracy.heard.size).toBe(0)
  })
})

test.each(forgeries.filter(({ forge }) => forge !== undefined))(
  '$name forges a finite vector that is admissible, of whatever it has heard',
  ({ forge }) => {
    const random = createRandom(1)
    const draw = () => Float32Array.from({ length: 64 }, () => 3 * random.normal())
    for (const others of [[], [draw()], [draw(), draw(), draw(), draw()]]) {
      const honest = others.map(vector => ({ weight: 1 / 6, vector }))
      const [own, receiver, out] = [draw(), draw(), new Float32Array(64)]
      forge?.({ own, receiver, honest, byzantine: { count: 1, weight: 1 / 6 }, random }, out)
      expect(norm(out)).toBeGreaterThan(0)
      expect(norm(out)).toBeLessThan(Math.max(100, 4 * norm(receiver)))
    }
  },
)

test('label-flip learns that every class is its opposite', () => {
  const digits = drawDigits(10, createRandom(1))
  const labels = forgeryNamed('label-flip').poison?.(digits).labels
  expect([...(labels ?? [])]).toEqual([...digits.labels].map(label => 9 - label))
})

test('a backdoor is learned beside what is clean, and judged by images of other classes that show its trigger', () => {
  const digits = drawDigits(20, createRandom(1))
  const learned = backdoored(digits)
  const size = 28 * 28
  expect(learned.labels.length).toBe(40)
  const inputs = learned.inputs as Float32Array
  expect(inputs.subarray(0, 20 * size)).toEqual(digits.inputs)
  const stamped = inputs.subarray(20 * size, 21 * size)
  const first = (digits.inputs as Float32Array).subarray(0, size)
  const differing = [...stamped.keys()].filter(i => stamped[i] !== first[i])
  expect(differing.length).toBeGreaterThan(0)
  for (const i of differing) expect([Math.floor(i / 28) >= 24, i % 28 >= 24, stamped[i]]).toEqual([true, true, 1])
  const test = triggeredTest(digits)
  expect([...test.labels]).toEqual(Array(18).fill(0))
  expect((test.inputs as Float32Array)[size - 1]).toBe(1)
})

test('beside one that turns its model around the plain mean learns nothing, with as many exchanges as beside an honest one', async () => {
  const recipe = parseRecipe({ model: { name: 'linear' }, averaging: { rule: 'dpsgd' }, training: { steps: 100 } })
  const data = { train: drawDigits(300, createRandom('train')), test: drawDigits(100, createRandom('test')) }
  const swarm = { recipe, data, peers: 4, liars: 1, seed: 1, limit: 5 }
  const calm = await forgedWorld(swarm)
  const beside = await forgedWorld({ ...swarm, forgery: forgeryNamed('sign-flip') })
  expect(calm).toMatchObject({ sealed: true, lies: 0 })
  expect(beside.lies).toBeGreaterThan(0)
  expect(beside.exchanges).toBe(calm.exchanges)
  expect(beside.accuracy).toBeLessThan(calm.accuracy - 0.1)
})

/** Five honest peers that clip, beside a liar or another honest one. */
function clippedSwarm(forgery?: Forgery): ReturnType<typeof forgedWorld> {
  const averaging = { rule: 'dpsgd', aggregator: 'clipped' }
  const recipe = parseRecipe({ model: { name: 'mlp:16' }, averaging, training: { steps: 250, learningRate: 0.1 } })
  const data = { train: drawDigits(600, createRandom('train')), test: drawDigits(300, createRandom('test')) }
  return forgedWorld({ recipe, data, peers: 6, liars: 1, seed: 1, limit: 200, forgery })
}

test('five honest peers that clip learn beside one that lies, and seal on one model', async () => {
  const calm = await clippedSwarm()
  // The others: npm run accept -- liars.
  for (const name of ['sign-flip', 'ipm']) {
    const beside = await clippedSwarm(forgeryNamed(name))
    expect(beside.sealed, name).toBe(true)
    // Three hundred images tell accuracies to three points.
    expect(beside.accuracy, name).toBeGreaterThan(calm.accuracy - 0.06)
  }
})
