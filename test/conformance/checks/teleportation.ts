import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import {
  activePeers,
  type TeleportationRound,
  teleportationMessages,
  teleportationRound,
} from '../../../src/averaging/teleportation.ts'
import { distance } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { driveRule } from '../../averaging/drive-rule.ts'
import { below, type Check } from '../check.ts'
import { mixing, normalVectors } from '../mixing/matrices.ts'

const PEERS = 9
const ROUNDS = 30
const RATE = 0.1

type Train = TeleportationRound<Float64Array>['train']

/** Peer i pulls towards a target of its own. */
const targets = normalVectors(PEERS, 3, createRandom(1))
const pull: Train = (peer, x) => x.map((value, p) => -RATE * (value - targets[peer][p]))

const start = () => normalVectors(PEERS, 3, createRandom(2))
const everybody = Array.from({ length: PEERS }, (_, peer) => peer)

/** All are active and stay where they are, beside D-PSGD on the same ring: the largest distance at the end. */
function besideDpsgd(active: (round: number) => readonly number[]): number {
  const W = mixing('ring', PEERS)
  const swarm = driveRule(dpsgd(mean), start())
  let held = start()
  for (let round = 0; round < ROUNDS; round++) {
    held = teleportationRound({ held, active: active(round), train: pull, W })
    swarm.round(W, estimates => estimates.map((x, peer) => pull(peer, Float64Array.from(x))))
  }
  return Math.max(...swarm.estimates().map((x, i) => distance(x, held[i])))
}

/** One is active, beside one model that steps on the data of one peer after another. */
function besideSerial(visits: (round: number) => number): number {
  let [held] = [[start()[0]]]
  const [walker] = start()
  for (let round = 0; round < ROUNDS; round++) {
    const [visited] = activePeers(PEERS, 1, round, 'walk')
    held = teleportationRound({ held, active: [visits(round)], train: pull, W: mixing('ring', 1) })
    for (let p = 0; p < walker.length; p++) walker[p] -= RATE * (walker[p] - targets[visited][p])
  }
  return distance(held[0], walker)
}

/** The largest deviation from k (d + 1), over rounds in which nobody keeps its place. */
function messageError(messages: typeof teleportationMessages): number {
  const [peers, k] = [200, 8]
  const W = mixing('ring', k)
  let error = 0
  for (let round = 1; round <= 50; round++) {
    const [before, active] = [round - 1, round].map(r => activePeers(peers, k, r, 1))
    if (active.some((peer, place) => peer === before[place])) continue
    error = Math.max(error, Math.abs(messages(before, active, W) - k * (2 + 1)))
  }
  return error
}

/** By how many times its standard deviation the peer that is active most or least is off, of 3 in 30 over 2000 rounds. */
function unfairness(active: (round: number) => readonly number[]): number {
  const [peers, rounds, share] = [30, 2_000, 0.1]
  const counts = new Int32Array(peers)
  for (let round = 0; round < rounds; round++) for (const peer of active(round)) counts[peer]++
  const deviation = Math.sqrt(rounds * share * (1 - share))
  return Math.max(...Array.from(counts, count => Math.abs(count - rounds * share) / deviation))
}

export const teleportationChecks: readonly Check[] = [
  {
    line: 'A1.8',
    property: 'teleportation with k = n and identity fetch is D-PSGD: largest distance',
    ...below(1e-12),
    measure: () => besideDpsgd(() => everybody),
    control: {
      broken: 'places change in every round',
      measure: () => besideDpsgd(r => activePeers(PEERS, PEERS, r, 1)),
    },
  },
  {
    line: 'A1.8',
    property: 'teleportation with k = 1 is serial SGD on a random walk: distance',
    ...below(1e-12),
    measure: () => besideSerial(round => activePeers(PEERS, 1, round, 'walk')[0]),
    control: { broken: 'the walk stands still', measure: () => besideSerial(() => 0) },
  },
  {
    line: 'A1.8',
    property: 'messages of a round are k (d + 1), whatever n: largest error',
    expected: '0',
    measure: () => messageError(teleportationMessages),
    holds: measured => measured === 0,
    control: {
      broken: 'fetches are not counted',
      measure: () => messageError((_before, _active, W) => W.neighbours.length),
    },
  },
  {
    line: 'A1.8',
    property: 'the smallest hashes choose everybody as often: standard deviations off, of 30',
    ...below(4),
    measure: () => unfairness(round => activePeers(30, 3, round, 1)),
    control: { broken: 'the round is left out of the hash', measure: () => unfairness(() => activePeers(30, 3, 0, 1)) },
  },
]
