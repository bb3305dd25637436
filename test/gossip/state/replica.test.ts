import { describe, expect, test } from 'vitest'
import { createReplica } from '../../../src/gossip/state/replica.ts'

const entry = (frames: number) =>
  ({ type: 'decided', id: 'x', partner: 'b', frames, first: 0, values: Float32Array.of(1) }) as const

describe('a replica without a checkpoint', () => {
  test('has flushed nothing before the checkpoint that holds it is written', async () => {
    const saves: PromiseWithResolvers<void>[] = []
    const save = () => {
      const saving = Promise.withResolvers<void>()
      saves.push(saving)
      return saving.promise
    }
    const appended: number[] = []
    const replica = createReplica(
      { parameters: new Float32Array(1), step: 0, age: 0 },
      { begun: false, save, append: async () => void appended.push(1) },
    )
    const first = replica.persist()
    await Promise.resolve()
    // The first save has looked already: this waits for a second one.
    const recorded = replica.record(entry(1))
    saves[0].resolve()
    await first
    await Promise.resolve()
    let flushed = false
    const flushing = replica.flushed().then(() => {
      flushed = true
    })
    const later = replica.record(entry(2))
    await new Promise(resolve => setImmediate(resolve))
    expect([saves.length, flushed, appended]).toEqual([2, false, [1]])
    saves[1].resolve()
    await Promise.all([recorded, flushing, later])
    expect(flushed).toBe(true)
  })
})
