/**
 * The engine over real sockets: the peers that `swarm` runs, on this machine.
 *
 * @packageDocumentation
 */

import { UsageError } from '../../src/errors.ts'
import type { Peer } from '../../src/library/peer.ts'
import { fixedSpectralGap } from '../measure.ts'
import type { Simulation, SimulationOptions } from '../options.ts'
import type { RunResult } from '../result.ts'
import { runSwarm } from '../swarm.ts'

/** Options that need a simulated network or clock, or simulated byzantine peers. */
const VIRTUAL = ['loss', 'delay', 'churn', 'stragglers', 'splits', 'byzantine', 'evaluateEvery'] as const

/**
 * Runs a swarm of real peers until it has sealed.
 *
 * @throws UsageError where the options do not fit together, or are of the other engines
 */
export async function simulateOverSockets(options: Simulation): Promise<RunResult> {
  const {
    recipe,
    peers,
    data,
    from,
    partition = 'iid',
    seed,
    backend,
    bandwidth,
    onExchange,
    onRound,
    signal,
  } = options
  const given = VIRTUAL.find(name => options[name] !== undefined)
  if (given !== undefined) {
    throw new UsageError(
      `${given} is for the engines virtual and matrix: over libp2p the network and the time are real`,
    )
  }
  if (options.rule !== undefined) {
    throw new UsageError(
      'over libp2p every peer brings the rule itself: give it to createPeer, or take the engine virtual or matrix',
    )
  }
  if (data === undefined) {
    throw new UsageError(
      `real peers learn from data; the task ${recipe.objective.task} runs on the engine virtual or matrix`,
    )
  }
  if (bandwidth?.link !== undefined) {
    throw new UsageError('over libp2p a peer has one bandwidth for all its links: --bandwidth, not --link-bandwidth')
  }
  options.onStart?.({ spectralGap: fixedSpectralGap(options.prepared.topology, peers) })
  return await runSwarm({
    onStart: onExchange && (started => tellExchanges(started, onExchange)),
    recipe,
    peers,
    data,
    from,
    partition,
    seed,
    backend,
    bandwidthMbps: bandwidth?.host,
    onRound,
    signal,
  })
}

function tellExchanges(peers: readonly Peer[], tell: NonNullable<SimulationOptions['onExchange']>): void {
  const numbers = new Map(peers.map(({ id }, index) => [id, index]))
  for (const [from, peer] of peers.entries()) {
    peer.addEventListener('exchange', ({ detail: { peer: partner, ...exchange } }) => {
      const to = numbers.get(partner)
      if (to !== undefined) tell({ from, to, ...exchange })
    })
  }
}
