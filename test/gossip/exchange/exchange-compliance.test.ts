import { createReplicaSwarm } from '../swarm-of-replicas.ts'
import type { Pair } from './exchange-compliance.ts'
import { exchangeCompliance } from './exchange-compliance.ts'

exchangeCompliance('the virtual network', async (vectors, { decorate = stream => stream, ...options }) => {
  const { peers, run } = await createReplicaSwarm(vectors, {
    ...options,
    decorate: (stream, channel) => (channel === 'exchange' ? decorate(stream) : stream),
  })
  return { peers: [peers[0], peers[1]] satisfies Pair['peers'], run, stop: async () => {} }
})
