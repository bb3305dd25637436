import { expect, test } from 'vitest'
import { admissionOf } from '../../src/admission/listed.ts'
import { connection } from './guests.ts'

test('peers that were started together let in one another, and nobody else', async () => {
  const peers = new Set(['anna', 'ben'])
  const admission = admissionOf(peers)
  const judge = async (prover: string) => {
    const context = connection(prover, 'anna')
    return await admission.judge(await admission.prove(context), context)
  }
  expect(await judge('ben')).toBeUndefined()
  expect(await judge('carla')).toBe('is none of the peers that were started here together')
  peers.add('carla')
  expect(await judge('carla')).toBeUndefined()
})
