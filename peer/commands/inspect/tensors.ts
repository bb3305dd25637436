import { HearsayError } from '../../../src/index.ts'
import { decodeSafetensors, hashParameters, type NamedTensor, readCheckpoint } from '../../../src/public/models.ts'
import { Failure } from '../../failure.ts'
import { type Column, drawFacts, drawTable } from '../../table.ts'
import { count } from '../../words.ts'
import type { Finding } from './finding.ts'

interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
}

const COLUMNS: readonly Column[] = [
  { title: 'tensor', align: 'left' },
  { title: 'shape', align: 'left' },
  { title: 'values', align: 'right' },
]

/** A checkpoint, or any other file of tensors. */
export async function inspectTensors(file: string, bytes: Uint8Array): Promise<Finding> {
  try {
    const { tensors, metadata } = decodeSafetensors(bytes)
    return metadata.state === undefined ? parameters(file, tensors, metadata) : await checkpoint(file)
  } catch (error) {
    if (!(error instanceof HearsayError)) throw error
    throw new Failure(error.message.startsWith(file) ? error.message : `${file} is damaged: ${error.message}`)
  }
}

/** With what the journals beside it add to it: as its peer would resume from it. */
async function checkpoint(file: string): Promise<Finding> {
  const read = await readCheckpoint(file)
  if (read === undefined) throw new Failure(`${file} is not there any more`)
  const { checkpoint, tensors } = read
  const { peer, swarm, step, age, sealed = null, decisions, doubts } = checkpoint
  const parametersHash = hashParameters(checkpoint.parameters)
  // A doubt is a frame; what stands open is its exchange, whose id is unique only for its initiator.
  const open = { decided: decisions.length, inDoubt: new Set(doubts.map(({ partner, id }) => `${partner}/${id}`)).size }
  const facts: [string, string][] = [
    ['peer', peer],
    ['swarm', swarm],
    ['step', count(step)],
    ['age', `${count(age)} local steps`],
    ['sealed', sealed ?? 'no'],
    ['parameters', parametersHash],
    ['open exchanges', `${open.decided} decided and not confirmed, ${open.inDoubt} in doubt`],
  ]
  const json = { kind: 'checkpoint', peer, swarm, step, age, sealed, parametersHash, tensors: shapesOf(tensors), open }
  const damage =
    sealed === null || sealed === parametersHash ? undefined : 'its parameters are not those that the swarm sealed on'
  return { json, text: describe(`${file} is a checkpoint`, facts, tensors), damage }
}

function parameters(
  file: string,
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): Finding {
  const facts = Object.entries(metadata).filter(([name]) => name !== 'recipe')
  const json = { kind: 'parameters', metadata, tensors: shapesOf(tensors) }
  const written = metadata.parametersHash
  const damage =
    written === undefined || written === hashParameters(joined(tensors))
      ? undefined
      : 'its parameters do not have the hash that is written beside them'
  return { json, text: describe(`${file} holds parameters`, facts, tensors), damage }
}

function describe(title: string, facts: readonly [string, string][], tensors: readonly Tensor[]): string {
  const rows = tensors.map(({ name, shape }) => [name, shape.join(' × ') || '1', count(size(shape))])
  const described = facts.length === 0 ? [] : [drawFacts(facts, process.stdout), '']
  return [title, '', ...described, drawTable(COLUMNS, rows, process.stdout)].join('\n')
}

/** The tensors as one vector, in the order of the file, which is the layout's. */
function joined(tensors: readonly NamedTensor[]): Float32Array {
  const vector = new Float32Array(tensors.reduce((sum, { data }) => sum + data.length, 0))
  let offset = 0
  for (const { data } of tensors) {
    vector.set(data, offset)
    offset += data.length
  }
  return vector
}

function shapesOf(tensors: readonly Tensor[]): Tensor[] {
  return tensors.map(({ name, shape }) => ({ name, shape }))
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
