import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { deserialize } from 'node:v8'
import { expect, test } from 'vitest'
import { startProgram } from '../peer/command-line.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const { path: folder } = temporaryFolder()
const PROGRAM = 'examples/own-storage/main.ts'
const DEADLINE_MS = 50_000

/** The step of a peer's checkpoint, by its name. */
function stepsIn(file: string): Readonly<Record<string, number>> {
  const database = new DatabaseSync(file, { readOnly: true })
  const rows = database.prepare('SELECT peer, content FROM checkpoint').all()
  database.close()
  return Object.fromEntries(rows.map(({ peer, content }) => [peer, deserialize(content as Uint8Array).step]))
}

test('peers that are killed go on from the database, and seal', { timeout: 2 * DEADLINE_MS }, async () => {
  const file = join(folder, 'swarm.db')
  const endless = startProgram(PROGRAM, [file, '1000000'])
  // They are kept every second or so; before the first time there is no file.
  const areKept = () => ['anna', 'ben'].every(name => stepsIn(file)[name] > 0)
  await expect.poll(areKept, { timeout: DEADLINE_MS }).toBe(true)
  endless.signal('SIGKILL')
  await endless.finished
  const kept = stepsIn(file)

  const { code, stdout, stderr } = await startProgram(PROGRAM, [file, '1']).finished
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const name of ['anna', 'ben']) expect(stdout).toContain(`${name} goes on at step ${kept[name]}\n`)
  const sealed = [...stdout.matchAll(/^(anna|ben) sealed ([0-9a-f]{64})$/gm)]
  expect(sealed.map(([, name]) => name)).toEqual(['anna', 'ben'])
  expect(sealed[0][2]).toBe(sealed[1][2])
})
