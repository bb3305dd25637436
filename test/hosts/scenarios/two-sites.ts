import type { Row } from '../../accept/row.ts'
import { countDials, type Dial } from '../network/dial-counter.ts'
import { withWorld } from '../network/world.ts'
import { areOneSeal, describeOutcomes, type Outcome, outcomesOf } from '../outcome.ts'
import { type HostPeer, withSwarm } from '../swarm.ts'
import { type Nat, openInternet } from './internet.ts'
import type { Scenario } from './scenario.ts'

export interface TwoSitesOptions {
  readonly publicPeers: number
  readonly nats: readonly Exclude<Nat, 'none'>[]
  readonly trainingSeconds: number
  /** Whether to run them without NAT before, to compare. */
  readonly compared: boolean
  /** Whether a public peer is killed in the middle of training. */
  readonly dying: boolean
}

/** How many times the time without NAT it may take. */
const LONGER = 2
/** Dials of one peer to another one that come to nothing. */
const DEAD_DIALS = 5
/** Own steps after which the first public peer is killed, as a share of all. */
const DIES_AFTER = 0.4
const MEET_MS = 90_000
const DEADLINE_MS = 180_000

interface Run {
  readonly outcomes: readonly Outcome[]
  /** From the start of the last one until the last one has sealed; undefined where one has not. */
  readonly seconds?: number
  /** The most dials of one host to another one without an answer, and who it was. */
  readonly worst: { readonly dials: number; readonly pair: string }
}

const twoSitesRun = (nat: Nat, { publicPeers, trainingSeconds }: TwoSitesOptions, dies: boolean): Promise<Run> =>
  withWorld(world =>
    // Who is behind a router reaches those with public addresses; with two of them, they say that all are there.
    withSwarm(
      world,
      { peers: publicPeers + 2, minimumPeers: publicPeers + 1 + Number(publicPeers > 1), trainingSeconds },
      async swarm => {
        const internet = openInternet(world)
        const publics = Array.from({ length: publicPeers }, (_, i) => internet.publicHost(`public${i + 1}`, 10 + i))
        const sites = ['east', 'west'].map((name, i) => internet.site(name, 20 + i, nat))
        const places = [
          ...publics.map(({ host, address }) => ({ host, addresses: [address] })),
          ...sites.map(({ host, addresses }) => ({ host, addresses })),
        ]
        const dials = places.map(({ host }) => countDials(host))

        const peers: HostPeer[] = []
        const known: string[] = []
        for (const { host, address } of publics) {
          const peer = swarm.start(host, '--no-mdns', ...known.flatMap(one => ['--connect', one]))
          known.push(await peer.address(address))
          peers.push(peer)
        }
        const began = performance.now()
        peers.push(
          ...sites.map(({ host }) => swarm.start(host, '--no-mdns', ...known.flatMap(one => ['--connect', one]))),
        )

        if (dies) {
          await Promise.all(peers.map(one => untilStep(one, swarm.steps * DIES_AFTER)))
          peers[0].process.end('SIGKILL')
        }
        const left = dies ? peers.slice(1) : peers
        const outcomes = await outcomesOf(left, DEADLINE_MS)
        const seals = left.map(({ process }) => process.lines.findLast(({ event }) => event === 'consensus')?.at)
        return {
          outcomes,
          seconds: seals.some(at => at === undefined) ? undefined : (Math.max(...seals.map(Number)) - began) / 1_000,
          worst: worstPair(
            places,
            dials.map(read => read()),
          ),
        }
      },
    ),
  )

function untilStep({ process }: HostPeer, step: number) {
  return process.heard(`step ${step}`, line => line.event === 'round' && Number(line.step) >= step, MEET_MS)
}

function worstPair(
  places: readonly { readonly host: { readonly name: string }; readonly addresses: readonly string[] }[],
  dials: readonly (readonly Dial[])[],
): Run['worst'] {
  const dead = places.flatMap((from, i) =>
    places
      .filter(to => to !== from)
      .map(to => ({
        pair: `${from.host.name} to ${to.host.name}`,
        dials: dials[i].filter(({ address, answered }) => !answered && to.addresses.includes(address)).length,
      })),
  )
  return dead.reduce((worst, one) => (one.dials > worst.dials ? one : worst), { pair: 'nobody', dials: 0 })
}

const tell = (seconds: number | undefined) => (seconds === undefined ? 'not all sealed' : `${seconds.toFixed(1)} s`)

export function twoSites(options: TwoSitesOptions): Scenario {
  const { publicPeers, nats, compared, dying } = options
  return {
    about: `two sites behind separate NATs (${nats.join(', ')}) and ${publicPeers} public peers`,
    async run() {
      const rows: Row[] = []
      const without = compared ? await twoSitesRun('none', options, false) : undefined
      for (const nat of nats) {
        const { outcomes, seconds, worst } = await twoSitesRun(nat, options, false)
        rows.push({
          asked: `ports ${nat}: all seal on one hash`,
          measured: `${tell(seconds)}; ${describeOutcomes(outcomes)}`,
          passed: areOneSeal(outcomes),
        })
        if (without !== undefined) {
          rows.push({
            asked: `ports ${nat}: within ${LONGER} times the time without NAT`,
            measured: `${tell(seconds)}, without ${tell(without.seconds)}`,
            passed: seconds !== undefined && without.seconds !== undefined && seconds <= LONGER * without.seconds,
          })
        }
        rows.push({
          asked: `ports ${nat}: at most ${DEAD_DIALS} dials without an answer from one peer to another`,
          measured: `the most: ${worst.dials}, of ${worst.pair}`,
          passed: worst.dials <= DEAD_DIALS,
        })
      }
      if (dying) {
        const { outcomes, seconds } = await twoSitesRun(nats[0], options, true)
        rows.push({
          asked: `ports ${nats[0]}: when a public peer dies in the middle the rest go on over the other, and seal on one hash`,
          measured: `${tell(seconds)}; ${describeOutcomes(outcomes)}`,
          passed: areOneSeal(outcomes),
        })
      }
      return rows
    },
  }
}

export const twoSitesAndTwoPublic = twoSites({
  publicPeers: 2,
  nats: ['kept', 'random'],
  trainingSeconds: 25,
  compared: true,
  dying: true,
})
