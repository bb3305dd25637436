import { expect, test } from 'vitest'
import { z } from 'zod'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { PROTOCOL_VERSION } from '../../../src/gossip/constants.ts'
import { ProtocolViolationError } from '../../../src/gossip/errors.ts'
import { compareRecipes, type RecipeDocument } from '../../../src/gossip/membership/recipe-handshake.ts'
import type { FrameStream } from '../../../src/gossip/ports.ts'
import { MAX_CONTROL_BYTES } from '../../../src/gossip/streams/constants.ts'
import { firstDifference, parseRecipe, type RecipeInput } from '../../../src/recipe/recipe.ts'
import { forever } from '../swarm-of-replicas.ts'

/** The message that this peer sends to one that sends `message`, and its verdict. */
async function meet(recipe: RecipeInput, message: object): Promise<{ said: string; reason: string | undefined }> {
  let said = ''
  const stream: FrameStream = {
    peer: 'other',
    write: async frame => {
      said = new TextDecoder().decode(frame)
    },
    read: async () => new TextEncoder().encode(JSON.stringify(message)),
    close: async () => {},
    abort() {},
    traffic: { bytesIn: 0, bytesOut: 0 },
  }
  const reason = await compareRecipes(stream, { recipe: parseRecipe(recipe) }, createVirtualClock(), forever)
  return { said, reason }
}

/** The message of a peer of this version. */
async function messageOf(recipe: RecipeInput): Promise<{ recipe: RecipeDocument }> {
  const { said } = await meet(recipe, { type: 'recipe', recipe: {} })
  return JSON.parse(said)
}

/** The default recipe as peers of 0.1 say it. */
const OLD_RECIPE = {
  hearsay: '1',
  model: { name: 'mlp:64', shape: [28, 28, 1], classes: 10 },
  objective: { task: 'classify' },
  training: {
    optimizer: 'sgd',
    learningRate: 0.05,
    momentum: 0.9,
    beta2: 0.999,
    weightDecay: 0,
    schedule: 'constant',
    warmupSteps: 0,
    finalShare: 0.1,
    batch: 32,
    steps: 1000,
    seed: 1,
  },
  averaging: { topology: 'complete', rule: 'adpsgd', aggregator: 'mean', consensusDistance: 1e-3 },
  exchange: { localSteps: 10, compression: 'none' },
  data: { standardise: false },
  security: { maximumNorm: 1e6 },
}
const VERSIONS = `speaks version 1 of hearsay's protocol, this peer version ${PROTOCOL_VERSION}`

test('peers of one recipe and one version have nothing against each other', async () => {
  const recipe: RecipeInput = { training: { steps: 5 }, start: { patience: 3 } }
  expect((await meet(recipe, await messageOf(recipe))).reason).toBeUndefined()
})

test('the first field that differs is named with both values', async () => {
  const { reason } = await meet({}, await messageOf({ training: { learningRate: 0.1 } }))
  expect(reason).toBe('has another recipe and is left alone; training.learningRate: 0.05 here, 0.1 there')
})

test('of a field that one of them leaves unsaid its meaning is told', async () => {
  const [here, there] = [{ start: { minimumPeers: 5 } }, {}]
  expect((await meet(here, await messageOf(there))).reason).toContain('; start.minimumPeers: 5 here, 2 there')
  expect((await meet(there, await messageOf(here))).reason).toContain('; start.minimumPeers: 2 here, 5 there')
})

test('a peer of 0.1 with the same recipe differs in nothing but its version, and is the one to upgrade', async () => {
  const { reason } = await meet({}, { type: 'recipe', recipe: OLD_RECIPE })
  expect(reason).toBe(`${VERSIONS}: upgrade hearsay there`)
})

test('a peer of 0.1 takes the message for no offence, and finds the version to be what differs', async () => {
  const message = await messageOf({})
  const oldMessage = z.strictObject({ type: z.literal('recipe'), recipe: z.record(z.string(), z.json()) })
  expect(oldMessage.parse(message)).toEqual(message)
  expect(firstDifference(OLD_RECIPE, message.recipe)).toBe(`hearsayProtocol: undefined here, ${PROTOCOL_VERSION} there`)
})

test('of a peer with another recipe as well both are told: it may not mean to learn together', async () => {
  const { reason } = await meet({}, { type: 'recipe', recipe: { ...OLD_RECIPE, objective: { task: 'language' } } })
  expect(reason).toBe(
    `${VERSIONS}: upgrade hearsay there; its recipe differs too: objective.task: "classify" here, "language" there`,
  )
})

test('who meets a newer version is the one to upgrade', async () => {
  const { recipe } = await messageOf({})
  const newer = PROTOCOL_VERSION + 1
  const { reason } = await meet({}, { type: 'recipe', recipe: { ...recipe, hearsayProtocol: newer }, more: [] })
  expect(reason).toBe(
    `speaks version ${newer} of hearsay's protocol, this peer version ${PROTOCOL_VERSION}: upgrade hearsay here`,
  )
})

test('a version that is none is an offence', async () => {
  await expect(meet({}, { type: 'recipe', recipe: { hearsayProtocol: 0 } })).rejects.toThrow(ProtocolViolationError)
})

test('where the file of a model lies is told to nobody, and is no difference', async () => {
  const digest = 'a'.repeat(64)
  const recipe: RecipeInput = { model: { name: 'tfjs:here/model.json', digest } }
  const there = await messageOf({ model: { name: 'tfjs:/home/ben/model.json', digest } })
  expect(JSON.stringify(there)).not.toContain('ben')
  expect((await meet(recipe, { ...there, type: 'recipe' })).reason).toBeUndefined()
  const other = await messageOf({ model: { name: 'tfjs:here/model.json', digest: 'b'.repeat(64) } })
  expect((await meet(recipe, { ...other, type: 'recipe' })).reason).toContain('model.digest')
})

/** A recipe of a table; the last column alone has another origin. */
const tableOf = (width: number, origin: number): RecipeInput => ({
  model: { name: 'linear', shape: [width], classes: 2 },
  data: {
    table: {
      columns: Array.from(
        { length: width },
        (_, i) => ({ name: `measurement ${i}`, kind: 'number', origin: i === width - 1 ? origin : 0 }) as const,
      ),
      label: { kind: 'class', name: 'label' },
      missing: ['NA'],
    },
  },
})

test('of a table the column that differs is named', async () => {
  const { reason } = await meet(tableOf(3, 0), await messageOf(tableOf(3, 7)))
  expect(reason).toBe('has another recipe and is left alone; data.table.columns.2.origin: 0 here, 7 there')
})

test('of a table with thousands of columns the hash is told, and peers of one recipe have nothing against each other', async () => {
  const wide = (origin: number) => tableOf(3_000, origin)
  const message = await messageOf(wide(0))
  expect(JSON.stringify(message).length).toBeLessThan(MAX_CONTROL_BYTES)
  expect((await meet(wide(0), message)).reason).toBeUndefined()
  expect((await meet(wide(1), message)).reason).toContain('; data.table.sha256: ')
  expect((await meet({}, message)).reason).toContain('; data.table: undefined here, {"sha256":')
  expect((await meet(wide(0), await messageOf({}))).reason).toContain(' here, undefined there')
})
