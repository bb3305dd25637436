import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createProposals } from '../../../src/gossip/seal/proposals.ts'

const far = 'fa'.repeat(32)
const other = '07'.repeat(32)

function proposalsThatRefuse(hash: string) {
  const proposals = createProposals(createVirtualClock(), async () => undefined)
  proposals.refuse(hash, ['a'])
  return proposals
}

test('a proposal that has come near since it was refused is refused no longer', () => {
  const proposals = proposalsThatRefuse(far)
  proposals.accept(far, ['a', 'b'])
  expect(proposals.refused()).toBeUndefined()
})

test('one that was refused still is where another one is near', () => {
  const proposals = proposalsThatRefuse(far)
  proposals.accept(other, ['b'])
  expect(proposals.refused()).toBe(far)
})
