import { exchangeWeight } from '../../src/averaging/exchange.ts'
import type { ReceivedMessage } from '../../src/averaging/rule.ts'
import { complete } from '../../src/averaging/topologies/complete.ts'
import { adjacencyOf, type Topology } from '../../src/averaging/topology.ts'
import { createRandom, type Random } from '../../src/random/random.ts'
import type { Averaging } from './average.ts'
import type { Block } from './block.ts'
import type { ByzantineSender } from './byzantine-sender.ts'
import type { Delivery } from './loss.ts'
import type { Messages } from './messages.ts'
import { type Pair, wavesOf } from './waves.ts'

/** Neither of the two takes part in anything else meanwhile. */
const WEIGHT = exchangeWeight()

interface Pairs {
  readonly block: Block
  readonly topology: Topology
  readonly delivers: Delivery | undefined
  readonly byzantineSender: ByzantineSender | undefined
  readonly seed: string
}

/**
 * Everybody begins one exchange with a random neighbour, in random order; each is atomic. They are carried out in waves, and
 * give what they would give one after another.
 */
export function averageInPairs({ block, topology, delivers, byzantineSender, seed }: Pairs): Averaging {
  const { peers } = block
  const partners = createPartners(topology, peers)

  /** The pairs of a round, in the order in which they begin. A peer that finds nobody begins nothing. */
  function pairsOf(round: number, away: Uint8Array | undefined): Pair[] {
    const random = createRandom(`${seed}/${round}`)
    const pairs: Pair[] = []
    for (const peer of random.shuffle(Int32Array.from({ length: peers }, (_, peer) => peer))) {
      const partner = partners.draw(peer, round, random)
      if (partner === undefined || away?.[peer] || away?.[partner]) continue
      // Two that have nobody else begin one exchange and not two: a round over a matching is that matching.
      if (partners.of(peer, round) === 1 && partners.of(partner, round) === 1 && peer > partner) continue
      pairs.push([peer, partner])
    }
    return pairs
  }

  function say(messages: Messages, peer: number, partner: number): void {
    if (!block.owns(peer)) return
    block.say(peer, { peer: partner, weight: WEIGHT }, messages, peer)
    block.countSent(peer, messages.bytes[peer], 1)
  }

  /** The message that a peer reads of its partner; undefined where it cannot be read. */
  function read(messages: Messages, round: number, peer: number, partner: number): ReceivedMessage | undefined {
    const received = { peer: partner, weight: WEIGHT, message: messages.at(partner) }
    return byzantineSender === undefined
      ? received
      : byzantineSender(round, peer, [received], () => messages.at(peer))[0]
  }

  function hear(messages: Messages, peer: number, partner: number, received: ReceivedMessage): void {
    if (!block.owns(peer)) return
    block.countReceived(peer, messages.bytes[partner])
    block.hear(peer, [received], 1 - WEIGHT)
  }

  return {
    round(round, away) {
      const messages = block.messages(peers)
      for (const wave of wavesOf(pairsOf(round, away), peers)) {
        for (const [a, b] of wave) {
          say(messages, a, b)
          say(messages, b, a)
        }
        block.barrier.wait()
        for (const [a, b] of wave) {
          if ((!block.owns(a) && !block.owns(b)) || (delivers !== undefined && !delivers(round, a, b))) continue
          const [atA, atB] = [read(messages, round, a, b), read(messages, round, b, a)]
          // Both merge or neither.
          if (atA === undefined || atB === undefined) continue
          hear(messages, a, b, atA)
          hear(messages, b, a, atB)
        }
        block.barrier.wait()
      }
    },
  }
}

interface Partners {
  /** A neighbour; undefined for a peer without. */
  draw(peer: number, round: number, random: Random): number | undefined
  /** How many a peer has to choose from. */
  of(peer: number, round: number): number
}

function createPartners(topology: Topology, peers: number): Partners {
  if (topology === complete) {
    // Its lists of neighbours would take n² numbers, and they say nothing.
    return {
      draw: (peer, _round, random) => (peers === 1 ? undefined : (peer + 1 + random.integer(peers - 1)) % peers),
      of: () => peers - 1,
    }
  }
  const fixed = topology.changes ? undefined : adjacencyOf(topology, peers, 0)
  const neighboursOf = (peer: number, round: number) => fixed?.[peer] ?? topology.neighbours(peer, peers, round)
  return {
    draw(peer, round, random) {
      const neighbours = neighboursOf(peer, round)
      return neighbours.length === 0 ? undefined : neighbours[random.integer(neighbours.length)]
    },
    of: (peer, round) => neighboursOf(peer, round).length,
  }
}
