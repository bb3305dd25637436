import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { isolated, isolation, isolationMissing } from '../network/isolation.ts'

const PROGRAM = fileURLToPath(new URL('programs/three-peers.ts', import.meta.url))

interface Outcome {
  readonly hashes: readonly string[]
  readonly exits: readonly (number | string | null)[]
  readonly openAtKill: number
  readonly lives: readonly { readonly peerId: string; readonly step: number; readonly age: number }[]
}

describe.skipIf(isolation === undefined)(`three peer processes that are given no address${isolationMissing}`, () => {
  test('find each other by mDNS, and end sealed on one hash though one is killed in an exchange and started again', async () => {
    const { hashes, exits, openAtKill, lives } = JSON.parse(
      await isolated([process.execPath, PROGRAM], 90_000),
    ) as Outcome
    expect(hashes).toHaveLength(3)
    expect(openAtKill).toBeGreaterThan(0)
    expect(new Set(lives.map(({ peerId }) => peerId)).size).toBe(1)
    const [before, after] = [lives[0], lives[lives.length - 1]]
    expect(before.age).toBe(0)
    expect(after.age).toBeGreaterThan(0)
    expect(after.step).toBeGreaterThan(0)
    expect(new Set(hashes).size).toBe(1)
    expect(exits).toEqual([0, 0, 0])
  }, 100_000)
})
