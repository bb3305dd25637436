import { describe, expect, test } from 'vitest'
import { HearsayError, UsageError } from '../../src/errors.ts'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import { decodeSafetensors, encodeSafetensors, type Safetensors } from '../../src/parameters/safetensors.ts'
import {
  CheckpointFileError,
  CheckpointVersionError,
  decodeCheckpoint,
  encodeCheckpoint,
  NotFiniteError,
} from '../../src/storage/checkpoint-file.ts'
import { encodeSealed } from '../../src/storage/sealed-safetensors.ts'
import { checkpoint, layout } from '../../src/testing/sample-checkpoint.ts'

const FILE = 'state/checkpoint.safetensors'
const roundTrip = (one: Checkpoint) => decodeCheckpoint(encodeCheckpoint(one, layout, 8), FILE)

describe('a checkpoint file', () => {
  test('gives back all that went in, bit by bit', () => {
    expect(roundTrip(checkpoint).checkpoint).toEqual(checkpoint)
    expect(roundTrip(checkpoint).journal).toBe(8)
  })

  test('gives back a checkpoint in which nothing is open, trained or sealed', () => {
    const fresh = {
      ...checkpoint,
      sealed: undefined,
      decisions: [],
      doubts: [],
      aborts: undefined,
      trainer: { tensors: {}, metadata: {} },
    }
    expect(roundTrip(fresh).checkpoint).toEqual(fresh)
  })

  test('has the tensors of the model under their own names, and apart from those of hearsay', () => {
    expect(roundTrip(checkpoint).tensors.map(({ name, shape }) => ({ name, shape }))).toEqual([
      { name: 'kernel', shape: [2, 2] },
      { name: 'bias', shape: [2] },
    ])
    expect(decodeSafetensors(encodeCheckpoint(checkpoint, layout, 0)).tensors.map(({ name }) => name)).toEqual([
      'kernel',
      'bias',
      'hearsay.doubt.0',
      'hearsay.doubt.1',
      'hearsay.indices.1',
      'hearsay.added.1.0',
      'hearsay.added.1.1',
      'hearsay.indices.1.1',
      'hearsay.trainer.momentum',
      'hearsay.trainer.order',
    ])
  })

  test('shows the parameters in its tensors: what is added to them is added to both', () => {
    const { checkpoint: read, tensors } = roundTrip(checkpoint)
    read.parameters[5] = 42
    expect(tensors[1].data[1]).toBe(42)
  })
})

describe('a checkpoint file of version 1', () => {
  const { tensors, metadata } = decodeSafetensors(
    encodeCheckpoint({ ...checkpoint, decisions: [], doubts: [], aborts: undefined }, layout, 0),
  )
  const { journal, ...state } = JSON.parse(metadata.state)
  const old = (changes: object) =>
    encodeSafetensors({ tensors, metadata: { hearsay: '1', state: JSON.stringify({ ...state, ...changes }) } })

  test('is read where no exchange is open in it', () => {
    expect(decodeCheckpoint(old({}), FILE)).toMatchObject({
      journal,
      checkpoint: { ...checkpoint, decisions: [], doubts: [], aborts: undefined },
    })
  })

  test.each([
    ['decided', { decisions: [{ id: 'exchange-1', partner: 'peer-1' }] }],
    ['in doubt', { doubts: [{ id: 'exchange-1', partner: 'peer-1' }] }],
  ])('is refused where one is %s, which only the older version can finish', (_what, open) => {
    const decode = () => decodeCheckpoint(old(open), FILE)
    expect(decode).toThrow(CheckpointFileError)
    expect(decode).toThrow(
      `${FILE} is of an older version of hearsay, with 1 open exchanges that only that version can finish: run it on`,
    )
  })
})

describe('a file is refused by its name when it', () => {
  const bytes = encodeCheckpoint(checkpoint, layout, 0)
  const content = decodeSafetensors(bytes)
  const state = JSON.parse(content.metadata.state)
  const { checksum: _, checksums: __, ...metadata } = content.metadata
  /** Written so by somebody, and not damaged: its checksums are right. */
  const changed = (changes: Partial<Safetensors>) => encodeSealed({ ...content, metadata, ...changes })
  const withState = (text: string) => changed({ metadata: { ...metadata, state: text } })
  const with1 = (kind: 'doubt' | 'indices', data: Float32Array) =>
    changed({
      tensors: content.tensors.map(tensor =>
        tensor.name === `hearsay.${kind}.1` ? { ...tensor, shape: [data.length], data } : tensor,
      ),
    })
  const without = (name: string) => changed({ tensors: content.tensors.filter(tensor => tensor.name !== name) })
  const withIndices = (...indices: number[]) => with1('indices', new Float32Array(Int32Array.from(indices).buffer))
  const stateLost = `${FILE} is damaged: the state beside its tensors cannot be read`
  const differenceLost = `${FILE} is damaged: the difference of frame 4 of exchange exchange-3 is missing, or does not fit`

  test.each<[string, Uint8Array, string]>([
    [
      'is empty',
      new Uint8Array(),
      `${FILE} is no checkpoint, or it is damaged: the file is truncated: it has 0 bytes, and the header's length alone has 8`,
    ],
    [
      'is no safetensors file',
      new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0x68, 0x69]),
      `${FILE} is no checkpoint, or it is damaged: the header is not a JSON object`,
    ],
    [
      'is cut short',
      bytes.subarray(0, bytes.length - 1),
      `${FILE} is no checkpoint, or it is damaged: tensor "hearsay.trainer.order" ends at byte`,
    ],
    [
      'is a safetensors file of somebody else',
      changed({ metadata: { format: 'pt' } }),
      `${FILE} is a safetensors file, but not a checkpoint of hearsay's version 3`,
    ],
    [
      'is a checkpoint of another version',
      changed({ metadata: { ...metadata, hearsay: '4' } }),
      `${FILE} is a safetensors file, but not a checkpoint of hearsay's version 3`,
    ],
    ['lacks the difference of a doubt', without('hearsay.doubt.1'), differenceLost],
    ['lacks the indices of a doubt', without('hearsay.indices.1'), differenceLost],
    ['has the difference of a doubt too short', with1('doubt', new Float32Array(2)), differenceLost],
    ['has a doubt beyond the model', withIndices(0, 2, 5), differenceLost],
    ['has a doubt before the model', withIndices(-2, 0, 2), differenceLost],
    ['has a doubt twice in one place', withIndices(0, 2, 2), differenceLost],
    ['lacks the state', changed({ metadata: { hearsay: '2' } }), stateLost],
    ['has a state that is not JSON', withState(content.metadata.state.slice(1)), stateLost],
    ['has a state that lacks something', withState(JSON.stringify({ ...state, step: undefined })), stateLost],
    ['has a state that cannot be', withState(JSON.stringify({ ...state, age: -1 })), stateLost],
    ['has a state with something unknown in it', withState(JSON.stringify({ ...state, mood: 'good' })), stateLost],
  ])('%s', (_what, file, message) => {
    const decode = () => decodeCheckpoint(file, FILE)
    expect(decode).toThrow(message)
    expect(decode).toThrow(CheckpointFileError)
    expect(decode).toThrow(HearsayError)
    // Nobody's wrong usage: a command ends with the code of what failed.
    expect(decode).not.toThrow(UsageError)
  })
})

describe('a checkpoint file in which a single bit is not as it was written', () => {
  test('is refused, whichever bit it is, and never taken for another version', () => {
    const bytes = encodeCheckpoint(checkpoint, layout, 0)
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = bytes.slice()
      changed[bit >> 3] ^= 1 << (bit & 7)
      const error = errorOf(() => decodeCheckpoint(changed, FILE))
      expect([bit, error instanceof CheckpointFileError, error instanceof CheckpointVersionError]).toEqual([
        bit,
        true,
        false,
      ])
    }
  })
})

describe('a value that is not finite', () => {
  const wrong = Float32Array.of(1, Number.NaN, 3, 4, 5, 6)
  const endless = { ...checkpoint.doubts[0], values: Float32Array.of(Number.POSITIVE_INFINITY) }

  test.each<[string, Partial<Checkpoint>, string]>([
    ['of the model', { parameters: wrong }, 'kernel'],
    ['of what is in doubt', { doubts: [endless] }, 'hearsay.doubt.0'],
    ['of the trainer', { trainer: { tensors: { momentum: wrong }, metadata: {} } }, 'hearsay.trainer.momentum'],
  ])('%s is not written', (_where, changes, name) => {
    const error = errorOf(() => encodeCheckpoint({ ...checkpoint, ...changes }, layout, 0))
    expect(error).toBeInstanceOf(NotFiniteError)
    expect(error?.message).toBe(
      `step 120 cannot be kept: ${name} holds a value that is no finite number; the last checkpoint stays as it is`,
    )
  })

  test('in a file of an older version, which has no checksums, is refused', () => {
    const { tensors, metadata } = decodeSafetensors(encodeCheckpoint(checkpoint, layout, 0))
    const old = (data: Float32Array) =>
      encodeSafetensors({
        tensors: tensors.map(tensor => (tensor.name === 'bias' ? { ...tensor, data } : tensor)),
        metadata: { hearsay: '2', state: metadata.state },
      })
    expect(decodeCheckpoint(old(Float32Array.of(5, 6)), FILE).checkpoint).toEqual(checkpoint)
    expect(() => decodeCheckpoint(old(Float32Array.of(5, Number.NaN)), FILE)).toThrow(
      `${FILE} is damaged: bias holds a value that is no finite number`,
    )
  })
})

function errorOf(body: () => unknown): Error | undefined {
  try {
    body()
    return undefined
  } catch (error) {
    return error as Error
  }
}
