import type { Row } from '../../accept/row.ts'
import type { HostOptions } from '../network/host.ts'
import type { LanOptions } from '../network/lan.ts'
import { type World, withWorld } from '../network/world.ts'
import { areOneSeal, describeOutcomes, outcomesOf } from '../outcome.ts'
import { withSwarm } from '../swarm.ts'
import type { Scenario } from './scenario.ts'

const PEERS = 2
/** Longer than anybody needs to be found, and short enough to give up for a test. */
const WAIT_S = 30
const DEADLINE_MS = 120_000

interface Place {
  readonly address?: string
  readonly gateway?: string
}

interface Kind {
  readonly about: string
  readonly lan?: LanOptions
  readonly host?: HostOptions
  /** The place of a host on the network, by its number. */
  readonly place: (last: number) => Place
  /** The address to connect to; by mDNS where it is undefined. */
  readonly connect?: string
}

const KINDS: readonly Kind[] = [
  {
    about: 'IPv6 only',
    host: { ipv6: true },
    place: last => ({ address: `fd00:1::${last}/64` }),
  },
  { about: 'no default route', place: last => ({ address: `192.168.1.${last}/24` }) },
  {
    about: 'public addresses',
    place: last => ({ address: `80.0.0.${last}/24`, gateway: '80.0.0.254' }),
  },
  {
    about: 'multicast blocked, and one is told the address of the other',
    lan: { multicast: false },
    place: last => ({ address: `192.168.1.${last}/24`, gateway: '192.168.1.254' }),
    connect: '192.168.1.1',
  },
  {
    about: 'IPv6 only, and one is told the address of the other',
    host: { ipv6: true },
    place: last => ({ address: `fd00:1::${last}/64` }),
    connect: 'fd00:1::1',
  },
]

const inSwarm = (world: World, body: Parameters<typeof withSwarm<Row>>[2]) =>
  withSwarm(world, { peers: PEERS, trainingSeconds: 4 }, body)

function finds({ about, lan: lanOptions, host: hostOptions, place, connect }: Kind): Promise<Row> {
  return withWorld(world =>
    inSwarm(world, async swarm => {
      const lan = world.lan('office', lanOptions)
      const hosts = [1, 2].map(last => {
        const host = world.host(`peer${last}`, hostOptions)
        host.join(lan, place(last))
        return host
      })
      const wait = ['--wait', String(WAIT_S)]
      const first = swarm.start(hosts[0], ...wait, ...(connect === undefined ? [] : ['--no-mdns']))
      try {
        const flags = connect === undefined ? [] : ['--no-mdns', '--connect', await first.address(connect)]
        const peers = [first, swarm.start(hosts[1], ...wait, ...flags)]
        const outcomes = await outcomesOf(peers, DEADLINE_MS)
        return {
          asked: `${about}: they find each other`,
          measured: describeOutcomes(outcomes),
          passed: areOneSeal(outcomes),
        }
      } catch (error) {
        return {
          asked: `${about}: they find each other`,
          measured: (error as Error).message.slice(0, 400),
          passed: false,
        }
      }
    }),
  )
}

/** Nothing can be found, and whoever gives up says why: that what it sends to all reaches nobody. */
function toldWhyNot(): Promise<Row> {
  return withWorld(world =>
    inSwarm(world, async swarm => {
      const lan = world.lan('office', { multicast: false })
      const peers = [1, 2].map(last => {
        const host = world.host(`peer${last}`)
        host.join(lan, { address: `192.168.1.${last}/24`, gateway: '192.168.1.254' })
        return swarm.start(host, '--wait', String(WAIT_S))
      })
      const outcomes = await outcomesOf(peers, DEADLINE_MS)
      const words = /multicast|mDNS/i
      const told = peers.map(({ process }) =>
        process
          .stderr()
          .split('\n')
          .findLast(line => words.test(line)),
      )
      return {
        asked: 'multicast blocked, and nobody was told an address: both give up, and say that it was tried',
        measured: outcomes
          .map(({ name, exit, saidLast }, i) => `${name}: exit ${exit}, ${told[i] ?? saidLast}`)
          .join('; '),
        passed: outcomes.every(({ exit }, i) => exit === 1 && told[i] !== undefined),
      }
    }),
  )
}

export const finding: Scenario = {
  about: 'networks on which peers find each other, or say why not',
  async run() {
    const rows: Row[] = []
    for (const kind of KINDS) rows.push(await finds(kind))
    return [...rows, await toldWhyNot()]
  },
}
