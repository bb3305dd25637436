/**
 * State folders that were damaged on the disk, or by somebody who may write there. Whatever was done to one, it is read as the newest state
 * that is whole in it, and the peer is told; or it is refused in words.
 *
 * @packageDocumentation
 */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HearsayError } from '../../src/errors.ts'
import { resume } from '../../src/gossip/run/resumption.ts'
import { readStateModel } from '../../src/library/state-model.ts'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'
import { createLayout } from '../../src/parameters/layout.ts'
import { createRandom, type Random } from '../../src/random/random.ts'
import { createStillTrainer } from '../../src/standardise/still-trainer.ts'
import { decodeCheckpoint } from '../../src/storage/checkpoint-file.ts'
import { openStateDirectory } from '../../src/storage/state-directory.ts'
import { readCheckpoint } from '../../src/storage/stored-checkpoint.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Chain, chainsIn, type Files, type Lived, livedStates } from './lived-states.ts'

const CHECKPOINT = 'checkpoint.safetensors'
const HANG_MS = 30_000

/** How many mutations ended how, and those that ended as none may, in words. */
export interface MutationReport {
  /** The newest state of all was read, as if nothing had happened. */
  readonly newest: number
  /** An older whole one was read, and it was said. */
  readonly older: number
  /** An older whole one was read in silence: the file is as a crash, or a copy that was put back, leaves it. */
  readonly asAfterACrash: number
  readonly refused: number
  readonly wrong: readonly string[]
}

/** A state, and what can be read out of it while it is whole. */
interface Known extends Lived {
  readonly chains: readonly Chain[]
  readonly swarm: string
  readonly standardisation: string
}

type Mutation = (context: {
  folder: string
  name: string
  bytes: Buffer
  known: Known
  earlier: Known
  random: Random
}) => void

const pick = <Item>(items: readonly Item[], random: Random): Item => items[Math.floor(items.length * random.uniform())]
const rewrite =
  (change: (bytes: Buffer, random: Random) => Buffer): Mutation =>
  ({ folder, name, bytes, random }) =>
    writeFileSync(join(folder, name), change(Buffer.from(bytes), random))

/** What is done to the content of a file: where another whole state is left, that one must be found. */
const OF_CONTENT: Readonly<Record<string, Mutation>> = {
  'a bit is flipped': rewrite((bytes, random) => {
    if (bytes.length > 0) bytes[Math.floor(bytes.length * random.uniform())] ^= 1 << Math.floor(8 * random.uniform())
    return bytes
  }),
  'its end is missing': rewrite((bytes, random) => bytes.subarray(0, Math.floor(bytes.length * random.uniform()))),
  'something follows it': rewrite((bytes, random) =>
    Buffer.concat([bytes, Buffer.alloc(1 + Math.floor(200 * random.uniform()), 0xa5)]),
  ),
  'a part is zero': rewrite((bytes, random) => {
    const start = Math.floor(bytes.length * random.uniform())
    return bytes.fill(0, start, Math.min(bytes.length, start + 64))
  }),
  'a number is NaN': rewrite((bytes, random) => {
    const last = Math.floor(bytes.length / 4) - 1
    if (last >= 0) bytes.writeFloatLE(Number.NaN, 4 * Math.floor((last + 1) * random.uniform()))
    return bytes
  }),
  'a part is written twice': rewrite((bytes, random) => {
    bytes.copy(bytes, Math.floor(bytes.length * random.uniform()), 0, Math.min(64, bytes.length))
    return bytes
  }),
  'it is gone': ({ folder, name }) => rmSync(join(folder, name)),
}

/** What takes the place of a file. */
const IN_ITS_PLACE: Readonly<Record<string, Mutation>> = {
  'a link': ({ folder, name, bytes }) => {
    const target = `${folder}.target`
    writeFileSync(target, bytes)
    rmSync(join(folder, name))
    symlinkSync(target, join(folder, name))
  },
  'a folder': ({ folder, name }) => {
    rmSync(join(folder, name))
    mkdirSync(join(folder, name))
  },
  'a pipe': ({ folder, name }) => {
    rmSync(join(folder, name))
    spawnSync('mkfifo', [join(folder, name)])
  },
  'terabytes of nothing': ({ folder, name }) => truncateSync(join(folder, name), 2 ** 42),
  'another file of the folder': ({ folder, name, bytes, known, random }) => {
    const other = pick([...known.files.keys()], random)
    writeFileSync(join(folder, name), known.files.get(other) as Buffer)
    writeFileSync(join(folder, other), bytes)
  },
  'an older file of that name': ({ folder, name, bytes, earlier }) =>
    writeFileSync(join(folder, name), earlier.files.get(name) ?? bytes),
}

/** What a crash, or somebody who puts a copy back, leaves too: nobody can tell. */
const LIKE_A_CRASH = ['its end is missing', 'a part is zero', 'an older file of that name']

/** @param count of mutations */
export async function mutateStates(count: number, seed = 1): Promise<MutationReport> {
  const parent = mkdtempSync(join(tmpdir(), 'hearsay-mutations-'))
  try {
    const known = await wholeOnes(await livedStates(parent), parent)
    const everyState = new Set(known.flatMap(({ chains }) => chains.flatMap(({ states }) => states)))
    const kinds = { ...OF_CONTENT, ...IN_ITS_PLACE }
    const random = createRandom(seed)
    const endings: Ending[] = []
    for (let each = 0; each < count; each++) {
      const state = pick(known, random)
      const kind = Object.keys(kinds)[each % Object.keys(kinds).length]
      // The checkpoint and its journals are what most is in; the others are a few bytes each.
      const names = [...state.files.keys()]
      const own = names.filter(name => name.startsWith('checkpoint'))
      const name = pick(random.uniform() < 0.7 ? own : names, random)
      const folder = folderWith(join(parent, `${each}`), state.files)
      const bytes = state.files.get(name) as Buffer
      kinds[kind]({ folder, name, bytes, known: state, earlier: pick(known, random), random })
      endings.push(await endingOf(folder, { state, name, kind, everyState }))
      rmSync(folder, { recursive: true })
      rmSync(`${folder}.target`, { force: true })
    }
    const counted = (how: Ending['how']) => endings.filter(ending => ending.how === how).length
    return {
      newest: counted('newest'),
      older: counted('older'),
      asAfterACrash: counted('asAfterACrash'),
      refused: counted('refused'),
      wrong: endings.flatMap(ending => (ending.how === 'wrong' ? [ending.what] : [])),
    }
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
}

/** A look at a running peer may fall between two of its writes: only those that are whole are of use. */
async function wholeOnes(lived: readonly Lived[], parent: string): Promise<readonly Known[]> {
  const known: Known[] = []
  for (const [index, one] of lived.entries()) {
    const folder = folderWith(join(parent, `lived-${index}`), one.files)
    const stored = await readCheckpoint(join(folder, CHECKPOINT)).catch(() => undefined)
    if (stored === undefined || stored.damage !== undefined) continue
    const { swarm } = decodeCheckpoint(one.files.get(CHECKPOINT) as Buffer, CHECKPOINT).checkpoint
    const chains = await chainsIn(folder, CHECKPOINT)
    known.push({ ...one, chains, swarm, standardisation: await standardisationOf(folder) })
  }
  if (known.length < 3) throw new Error(`only ${known.length} of ${lived.length} states are whole`)
  return known
}

function folderWith(folder: string, files: Files): string {
  mkdirSync(folder, { mode: 0o700 })
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes, { mode: 0o600 })
  return folder
}

async function standardisationOf(folder: string): Promise<string> {
  const { statistics } = await readStateModel(folder)
  return JSON.stringify(statistics, (_key, value) => (ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value))
}

type Ending =
  | { readonly how: 'newest' | 'older' | 'asAfterACrash' | 'refused' }
  | { readonly how: 'wrong'; what: string }

interface Mutated {
  readonly state: Known
  readonly name: string
  readonly kind: string
  readonly everyState: ReadonlySet<string>
}

/** Loads it as a peer does that starts, and as a command that reads its model. */
async function endingOf(folder: string, mutated: Mutated): Promise<Ending> {
  const { state, name, kind, everyState } = mutated
  const wrong = (what: string): Ending => ({ how: 'wrong', what: `${state.phase}, ${name}: ${kind}: ${what}` })
  const warnings: string[] = []
  let found: string
  try {
    const deadline = new Promise<never>((_resolve, reject) =>
      setTimeout(reject, HANG_MS, new Error('it hangs')).unref(),
    )
    found = await Promise.race([load(folder, state, warnings), deadline])
  } catch (error) {
    if (!(error instanceof HearsayError)) return wrong(`no error of ours: ${(error as Error).stack}`)
    return mayRefuse(mutated) ? { how: 'refused' } : wrong(`refused: ${error.message}`)
  }
  const [current, previous] = state.chains
  const newest = current.states.at(-1)
  if (found === newest) return { how: 'newest' }
  if (!everyState.has(found)) return wrong('a state that never was')
  if (kind in OF_CONTENT && !(name === CHECKPOINT ? [previous?.states.at(-1)] : current.states).includes(found)) {
    return wrong('a state that is older than one that was whole')
  }
  if (warnings.length > 0) return { how: 'older' }
  return LIKE_A_CRASH.includes(kind) && name !== CHECKPOINT ? { how: 'asAfterACrash' } : wrongUnlessPutBack(kind, wrong)
}

function wrongUnlessPutBack(kind: string, wrong: (what: string) => Ending): Ending {
  return kind === 'an older file of that name' || kind === 'another file of the folder'
    ? { how: 'asAfterACrash' }
    : wrong('an older state, and nobody was told')
}

/** What is done to the content of checkpoint or journals leaves a whole state, but where there was only one checkpoint. */
function mayRefuse({ state, name, kind }: Mutated): boolean {
  if (kind in IN_ITS_PLACE || !name.startsWith('checkpoint')) return true
  return name === CHECKPOINT && state.chains.length === 1
}

async function load(path: string, { swarm, standardisation }: Known, warnings: string[]): Promise<string> {
  const folder = await openStateDirectory(path, message => warnings.push(message))
  try {
    const self = peerIdOf(await folder.identity(createIdentity))
    const checkpoint = await folder.storage(createLayout(LAYOUT)).load()
    const trainer = createStillTrainer(createLayout(LAYOUT), async () => new Float32Array(LENGTH))
    if (checkpoint === undefined) throw new Error('it is taken for a state without a checkpoint')
    await resume(checkpoint, swarm, self, trainer)
    const agreed = await standardisationOf(path)
    if (agreed !== standardisation) throw new Error(`samples would be standardised by ${agreed}`)
    return fingerprintOf(checkpoint)
  } finally {
    await folder.release()
  }
}

/** Of the model that the peers train. */
const LAYOUT = [
  { name: 'logits/kernel', shape: [3, 2], trainable: true },
  { name: 'logits/bias', shape: [2], trainable: true },
]
const LENGTH = 8
