/**
 * Peers with one fault each, beside those of `test/simulations/broken-cores.ts`. A campaign is worth something only if it catches them.
 *
 * @packageDocumentation
 */

import { crc32 } from 'node:zlib'
import { createGossip } from '../../src/gossip/gossip.ts'
import { encodeEntry, encodeGroup, FILE_HEADER_BYTES, GROUP_HEADER_BYTES } from '../../src/storage/journal-format.ts'
import type { Core } from '../simulations/chaos.ts'
import type { Group } from './files.ts'
import { type ReadReally, readReally } from './real-storage.ts'

/** An entry whose write took long is written once more: after a crash its frame is added a second time. */
export const appendsTwice: Core = (options, emit) => {
  const { storage } = options
  if (storage === undefined) throw new Error('this core needs a storage')
  let appended = 0
  return createGossip(
    {
      ...options,
      storage: {
        ...storage,
        async append(entry) {
          const written = storage.append(entry)
          if (entry.type === 'decided' && ++appended % 2 === 0) await storage.append(entry)
          await written
        },
      },
    },
    emit,
  )
}

/** What others have added while it trained is undone: the result is put in the place of the parameters, and not added to them. */
export const overwritesExchanges: Core = async (options, emit) => {
  const { trainer } = options
  return await createGossip(
    {
      ...options,
      trainer: {
        ...trainer,
        async train(parameters, ...rest) {
          const before = parameters.slice()
          const trained = await trainer.train(parameters, ...rest)
          return { ...trained, update: trained.update.map((value, i) => before[i] + value - parameters[i]) }
        },
      },
    },
    emit,
  )
}

/** Whatever is damaged of a group is read as if it had been written so. */
export const ignoresChecksums: ReadReally = (files, layout, peer) =>
  readReally(files, layout, peer, (bytes, { groups }) => {
    const name = bytes.subarray(0, FILE_HEADER_BYTES)
    return Buffer.concat([name, ...groups.map(withoutChecksums)])
  })

/** The group with checksums of the bytes that it holds now. */
function withoutChecksums({ entries, written }: Group): Buffer {
  const encoded = entries.map(encodeEntry)
  const whole = Buffer.concat(encodeGroup(encoded))
  if (written?.length !== whole.length) return written ?? whole
  let start = GROUP_HEADER_BYTES
  const found = encoded.map(({ parts }) => {
    const end = start + parts.reduce((sum, { length }) => sum + length, 0)
    const bytes = written.subarray(start, end)
    start = end
    return { parts: [bytes], checksum: crc32(bytes) }
  })
  return Buffer.concat(encodeGroup(found))
}
