import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { createPeer } from '../../src/library/create-peer.ts'
import type { ComponentLogger, Logger } from '../../src/network/logger.ts'

/** Keeps what is said, with the part that said it. */
function recorder(): { readonly logger: ComponentLogger; readonly said: string[]; readonly parts: Set<string> } {
  const said: string[] = []
  const parts = new Set<string>()
  const forComponent = (name: string): Logger => {
    parts.add(name)
    const say = (_formatter: string, ...given: unknown[]) => void said.push([name, ...given].join(' '))
    return Object.assign(say, { error: say, trace: () => {}, enabled: true, newScope: forComponent })
  }
  return { logger: { forComponent }, said, parts }
}

test('a peer and its libp2p log through the logger that is handed in', async () => {
  const { logger, said, parts } = recorder()
  const recipe = { model: { name: 'linear' }, training: { steps: 2 } }
  const peer = await createPeer({ recipe, alone: true, backend: 'cpu', logger })
  await peer.start()
  await peer.untilConsensus()
  await peer.stop()
  expect(said.find(line => line.startsWith('peer started'))).toContain(peer.id)
  expect(said.at(-1)).toMatch(/^(peer stopped|libp2p)/)
  expect([...parts].filter(part => part.startsWith('libp2p'))).not.toEqual([])
})

test('without one, DEBUG says what is written to standard error', () => {
  const program =
    "const { defaultLogger } = await import('./src/network/logger.ts'); defaultLogger.forComponent('peer')('here')"
  const stderrOf = (DEBUG: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('../..', import.meta.url),
      env: { ...process.env, DEBUG },
      encoding: 'utf8',
    }).stderr
  expect(stderrOf('hearsay:*')).toContain('hearsay:peer here')
  expect(stderrOf('other:*')).not.toContain('here')
})
