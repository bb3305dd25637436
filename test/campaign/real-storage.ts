import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import type { Layout } from '../../src/parameters/layout.ts'
import { encodeCheckpoint } from '../../src/storage/checkpoint-file.ts'
import { createCheckpointStorage } from '../../src/storage/checkpoint-storage.ts'
import { journalFile } from '../../src/storage/journal-file.ts'
import { encodeJournalName, journalOwner } from '../../src/storage/journal-format.ts'
import { previousFile } from '../../src/storage/stored-checkpoint.ts'
import { type CheckpointFile, encodedGroup, type Files, type Flip, type Journal } from './files.ts'

/** What the storage of a deployed peer makes of files. */
export interface ReallyRead {
  readonly checkpoint: Checkpoint | undefined
  /** What it says is damaged, for people. */
  readonly told: readonly string[]
}

/** Stands in for what reads files, so that tests can show that a broken one is caught. */
export type ReadReally = (files: Files, layout: Layout, peer: string) => Promise<ReallyRead>

const CHECKPOINT = 'checkpoint.safetensors'

/**
 * Writes the files as a deployed peer has them, byte by byte, with what is damaged in them, and has the storage of a deployed peer read them.
 *
 * @param mend changes a journal's bytes before they are written
 * @throws CheckpointFileError where nothing of them can be read
 */
export async function readReally(
  files: Files,
  layout: Layout,
  peer: string,
  mend: (bytes: Buffer, journal: Journal) => Buffer = bytes => bytes,
): Promise<ReallyRead> {
  const folder = await mkdtemp(join(tmpdir(), 'hearsay-campaign-'))
  const path = join(folder, CHECKPOINT)
  const told: string[] = []
  try {
    const { current, previous, journals } = files
    if (current !== undefined) await writeFile(path, checkpointBytes(current, layout))
    if (previous !== undefined) await writeFile(previousFile(path), checkpointBytes(previous, layout))
    const owner = journalOwner(peer, CHECKPOINT)
    for (const [generation, journal] of journals) {
      const name = Buffer.from(encodeJournalName({ generation, base: 0, owner }))
      const bytes = Buffer.concat([flipped(name, journal.flip), groupBytes(journal)])
      await writeFile(journalFile(path, generation), mend(bytes, journal))
    }
    const storage = createCheckpointStorage(path, layout, message => told.push(message))
    const checkpoint = await storage.load()
    await storage.close()
    return { checkpoint, told: told.map(message => message.replaceAll(folder, '')) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function checkpointBytes({ checkpoint, first, flip }: CheckpointFile, layout: Layout): Buffer {
  return flipped(Buffer.from(encodeCheckpoint(checkpoint, layout, first)), flip)
}

function groupBytes({ groups }: Journal): Buffer {
  return Buffer.concat(groups.map(({ entries, written }) => written ?? encodedGroup(entries)))
}

/** A copy in which a bit is another. */
export function flipped(bytes: Buffer, flip: Flip | undefined): Buffer {
  const copy = Buffer.from(bytes)
  if (flip !== undefined) copy[Math.floor(flip.share * copy.length)] ^= 1 << flip.bit
  return copy
}
