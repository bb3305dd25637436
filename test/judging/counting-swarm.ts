import { createVirtualClock } from '../../simulations/virtual/clock.ts'
import { createVirtualNetwork, type NetworkConditions } from '../../simulations/virtual/network.ts'
import type { Network } from '../../src/gossip/ports.ts'
import { createJudging, type Judging, type JudgingOptions, type JudgingOutcome } from '../../src/judging/judging.ts'
import { createRandom } from '../../src/random/random.ts'
import { createNamespaces } from '../../src/standardise/namespaces.ts'
import { SCORE_BINS } from '../../src/worth/constants.ts'
import { type CountsShape, countsFrom, type TestCounts } from '../../src/worth/counts.ts'

export interface CountingPeer {
  readonly name: string
  readonly judging: Judging
  readonly network: Network
  outcome: JudgingOutcome | undefined
}

export type Given = Partial<Pick<JudgingOptions, 'own' | 'members' | 'present' | 'shape'>>

/** Members of a swarm that has sealed, on a virtual network, about to count. */
export function createCountingSwarm(seed: number | string, conditions: NetworkConditions, among: readonly number[]) {
  const clock = createVirtualClock()
  const random = createRandom(seed)
  const virtual = createVirtualNetwork(clock, random.fork('weather'), conditions)
  const nameOf = (index: number) => `peer-${String(index).padStart(3, '0')}`
  const gone = new Set<string>()

  return {
    clock,
    virtual,
    nameOf,
    /** @param given `own: undefined` for a peer that has no part */
    async start(index: number, shape: CountsShape, given: Given): Promise<CountingPeer> {
      const name = nameOf(index)
      const namespaces = createNamespaces(virtual.join(name), clock)
      const { main } = namespaces
      await main.start({
        stream: async () => {},
        announcement: () => 'accept',
        connected() {},
        acquainted() {},
        disconnected() {},
      })
      const others = among.map(nameOf).filter(other => other !== name)
      const judging = createJudging({
        swarm: 'c0'.repeat(32),
        recipe: {},
        model: 'ab'.repeat(32),
        namespaces,
        clock,
        random: random.fork(name),
        own: given.own,
        shape,
        members: among.length,
        present: given.present ?? (() => others.filter(other => !gone.has(other))),
        onJudged(outcome) {
          peer.outcome = outcome
        },
      })
      const peer: CountingPeer = { name, judging, network: main, outcome: undefined }
      void judging.start()
      return peer
    },
    /** A process that ends at once, and a while later has fallen silent for everybody. */
    kill(name: string) {
      virtual.kill(name)
      clock.after(10_000, () => gone.add(name))
    },
    async wait(milliseconds: number) {
      const end = clock.now() + milliseconds
      clock.after(milliseconds, () => {})
      await clock.run(() => clock.now() >= end)
    },
    until: (holds: () => boolean, limit = 600_000) => clock.run(holds, clock.now() + limit),
  }
}

/** Counts of so many samples, by chance: most in few classes, some of none. */
export function drawnCounts(classes: number, samples: number, seed: string): TestCounts {
  const random = createRandom(seed)
  const confusion = new Array<bigint>(classes * classes).fill(0n)
  const scores = new Array<bigint>(classes === 2 ? 2 * SCORE_BINS : 0).fill(0n)
  for (let sample = 0; sample < samples; sample++) {
    const label = Math.floor(classes * random.uniform() ** 2)
    const said = random.uniform() < 0.8 ? label : random.integer(classes)
    confusion[label * classes + said]++
    if (classes === 2) scores[label * SCORE_BINS + random.integer(SCORE_BINS)]++
  }
  const loss = BigInt(Math.floor(samples * random.uniform() * 2 ** 20))
  return countsFrom({ kind: 'classes', classes }, [BigInt(samples), loss, ...confusion, ...scores])
}
