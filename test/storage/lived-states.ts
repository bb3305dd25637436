/**
 * State folders as real peers leave them on the disk, at several moments of a run.
 *
 * @packageDocumentation
 */

import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Dataset } from '../../src/data/dataset.ts'
import { applyEntry } from '../../src/gossip/state/journal.ts'
import type { JournalEntry } from '../../src/gossip/state/journal-entry.ts'
import { createLedger } from '../../src/gossip/state/ledger.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import type { Peer } from '../../src/library/peer.ts'
import { createRandom } from '../../src/random/random.ts'
import { decodeCheckpoint } from '../../src/storage/checkpoint-file.ts'
import { journalFile, listJournals, readJournal } from '../../src/storage/journal-file.ts'
import { journalOwner } from '../../src/storage/journal-format.ts'
import { previousFile } from '../../src/storage/stored-checkpoint.ts'
import { fingerprintOf } from './fingerprint.ts'

export type Files = ReadonlyMap<string, Buffer>

/** The files of a state, and when they were read. */
export interface Lived {
  readonly phase: string
  readonly files: Files
}

/** Two classes whose features have very different scales. */
function dataOf(peer: number): Dataset {
  const random = createRandom(`data/${peer}`)
  const count = 80
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2)
  const inputs = new Float32Array(3 * count)
  for (let sample = 0; sample < count; sample++) {
    const side = 4 * labels[sample] - 2
    inputs.set([500 * (side + random.normal()), 1e-3 * (side + random.normal()), 7], 3 * sample)
  }
  return { name: `peer ${peer}`, inputs, labels, shape: [3], classes: 2 }
}

/** Runs two peers over loopback until they have sealed. @param parent a folder for their states */
export async function livedStates(parent: string): Promise<readonly Lived[]> {
  const lived: Lived[] = []
  const folder = join(parent, 'peer-0')
  const look = (phase: string) => lived.push({ phase, files: filesOf(folder) })
  const peers: Peer[] = []
  try {
    const first = await create(0, folder, [])
    peers.push(first)
    await first.listen()
    const second = await create(1, join(parent, 'peer-1'), first.addresses())
    peers.push(second)
    let exchanges = 0
    first.addEventListener('exchange', () => {
      if (++exchanges % 3 === 0) look(`while it trains, after ${exchanges} exchanges`)
    })
    first.addEventListener('trained', () => look('when it has trained'))
    await Promise.all(peers.map(peer => peer.start()))
    const signal = AbortSignal.timeout(60_000)
    await Promise.all(peers.map(peer => peer.untilConsensus({ signal })))
    look('when it has sealed')
  } finally {
    await Promise.all(peers.map(peer => peer.stop('interrupted')))
  }
  look('when it has stopped')
  return lived
}

async function create(index: number, state: string, connect: readonly string[]): Promise<Peer> {
  const data = { train: dataOf(index), test: dataOf(9) }
  const network = { listen: ['/ip4/127.0.0.1/tcp/0'], connect, mdns: false }
  return await createPeer({
    recipe: {
      model: { name: 'linear', shape: [3], classes: 2 },
      training: { steps: 120, batch: 16 },
      data: { standardise: true },
      exchange: { localSteps: 5 },
    },
    data,
    network,
    state,
    backend: 'cpu',
  })
}

/** Without what is being written beside a file: the system shows it before it is whole. */
export function filesOf(folder: string): Files {
  const names = readdirSync(folder).filter(name => name !== 'lock' && !name.endsWith('.part'))
  return new Map(names.map(name => [name, readFileSync(join(folder, name))]))
}

/** What a whole checkpoint and its journals make, entry by entry, by fingerprints: the last one is all that was acknowledged. */
export interface Chain {
  /** The journals that come on top of it. */
  readonly first: number
  readonly states: readonly string[]
}

/** @param folder with whole files @returns those of the checkpoint, and of the one before it, where there is one */
export async function chainsIn(folder: string, name: string): Promise<readonly Chain[]> {
  const file = join(folder, name)
  const chains: Chain[] = []
  for (const one of [file, previousFile(file)]) {
    const bytes = filesOf(folder).get(basename(one))
    if (bytes === undefined) continue
    const { checkpoint, journal } = decodeCheckpoint(bytes, one)
    const entries = await entriesIn(file, checkpoint.peer, journal)
    const parameters = checkpoint.parameters.slice()
    const ledger = createLedger(checkpoint)
    const now = () => fingerprintOf({ ...checkpoint, parameters, ...ledger.durable() })
    const states = [now()]
    for (const entry of entries) {
      applyEntry(parameters, ledger, entry)
      states.push(now())
    }
    chains.push({ first: journal, states })
  }
  return chains
}

async function entriesIn(file: string, peer: string, named: number): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = []
  const generations = (await listJournals(file)).filter(generation => generation >= named)
  for (const generation of generations) {
    const isLast = generation === generations.at(-1)
    const expected = { generation, owner: journalOwner(peer, basename(file)) }
    const take = (entry: JournalEntry) => entries.push(entry) > 0
    const { damage } = await readJournal({ file: journalFile(file, generation), expected, isLast, take })
    if (damage !== undefined) throw new Error(damage)
  }
  return entries
}
