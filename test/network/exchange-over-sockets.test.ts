import { systemClock } from '../../src/library/system-clock.ts'
import { exchangeCompliance } from '../gossip/exchange/exchange-compliance.ts'
import { createReplicaPeer } from '../gossip/replica-peer.ts'
import { decorateStreams } from '../simulations/decorated-network.ts'
import { createLibp2pWorld } from './libp2p-world.ts'

exchangeCompliance('libp2p', async (vectors, { decorate = stream => stream, ...options }) => {
  const world = createLibp2pWorld(network =>
    decorateStreams(network, (stream, channel) => (channel === 'exchange' ? decorate(stream) : stream)),
  )
  const networks = await world.create(2)
  const [a, b] = await Promise.all(
    networks.map((network, i) => createReplicaPeer(network, systemClock, vectors[i], options)),
  )
  networks[0].learn(b.name, networks[1].addresses())
  return {
    peers: [a, b],
    run: promise => promise.finally(() => Promise.all([a.answered(), b.answered()])),
    stop: () => world.stop(),
  }
})
