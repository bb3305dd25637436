import { openPortsByUpnp, type UpnpOptions } from '../network/upnp-router.ts'
import { withWorld } from '../network/world.ts'
import { areOneSeal, averagedTogether, describeOutcomes, outcomesOf } from '../outcome.ts'
import { type HostPeer, withSwarm } from '../swarm.ts'
import { type Home, openInternet, publicAddress, type Site } from './internet.ts'
import type { Scenario } from './scenario.ts'

const PEERS = 3
/** Who is behind a router that opens no port meets no more than one other, and itself. */
const MET = 2
const HOME = 20
const ASKED_MS = 30_000
const STARTED_MS = 60_000
const DEADLINE_MS = 180_000

const outcomeOf = (peer: HostPeer) => peer.process.said('upnp', STARTED_MS)

function homeOf({ home }: Site): Home {
  if (home === undefined) throw new Error('a site that no router hides')
  return home
}

export const upnp: Scenario = {
  about: 'a home router opens a port for the peer that asks it by --upnp, and one from outside comes in by it',
  run: () =>
    withWorld(world =>
      withSwarm(world, { peers: PEERS, minimumPeers: MET, trainingSeconds: 12 }, async swarm => {
        const internet = openInternet(world)
        const site = internet.site('home', HOME, 'random')
        const home = homeOf(site)
        const router = await openPortsByUpnp(world, home)
        const neighbour = world.host('neighbour')
        const address = `192.168.${HOME}.3`
        neighbour.join(home.lan, { address: `${address}/24`, gateway: `192.168.${HOME}.1` })
        const outside = internet.site('away', HOME + 1, 'random')

        const asking = swarm.start(site.host, '--no-mdns', '--upnp')
        const { addresses } = await outcomeOf(asking)
        const [mapped] = addresses as readonly string[]
        const silent = swarm.start(neighbour, '--no-mdns', '--connect', await asking.address(`192.168.${HOME}.2`))
        const caller = swarm.start(outside.host, '--no-mdns', '--connect', mapped)
        const outcomes = await outcomesOf([asking, silent, caller], DEADLINE_MS)
        const averaged = averagedTogether(caller, asking)
        const closed = await router.said('closed', ASKED_MS).catch(() => undefined)
        const opened = router.lines.find(({ event }) => event === 'opened')
        const asked = router.lines.filter(({ event }) => event === 'asked').map(({ from }) => String(from))
        return [
          {
            asked: 'the peer says where others reach it through the router',
            measured: mapped,
            passed: mapped.startsWith(`/ip4/${publicAddress(HOME)}/tcp/${opened?.external}/p2p/`),
          },
          {
            asked: 'who is behind another router comes in there, and averages with it',
            measured: `${averaged} exchanges averaged`,
            passed: averaged > 0,
          },
          { asked: 'all seal on one hash', measured: describeOutcomes(outcomes), passed: areOneSeal(outcomes) },
          {
            asked: 'the port is closed when the peer has ended',
            measured: closed === undefined ? 'it stays open' : `${closed.external} closed`,
            passed: closed !== undefined && closed.external === opened?.external,
          },
          {
            asked: 'the neighbour, who was not told to, sends nothing to routers',
            measured: `the router was asked by ${[...new Set(asked)].join(', ')}`,
            passed: asked.length > 0 && !asked.includes(address),
          },
        ]
      }),
    ),
}

/** Sites whose peer asks in vain, and what it says of that. */
const IN_VAIN: readonly (readonly [name: string, router: Partial<UpnpOptions> | undefined, outcome: string])[] = [
  ['no router with UPnP', undefined, 'silent'],
  ['a router that refuses', { refusal: 'Action not authorized' }, 'refused'],
  ['a router behind another one', { claims: '100.64.0.9' }, 'private'],
]

export const upnpInVain: Scenario = {
  about: 'a peer whose router opens no port says why, and takes part all the same',
  run: () =>
    withWorld(world =>
      withSwarm(world, { peers: IN_VAIN.length + 1, minimumPeers: MET, trainingSeconds: 6 }, async swarm => {
        const internet = openInternet(world)
        const meeting = internet.publicHost('public', 10)
        const first = swarm.start(meeting.host, '--no-mdns', '--upnp')
        const known = await first.address(meeting.address)
        const places = await Promise.all(
          IN_VAIN.map(async ([name, router, expected], i) => {
            const site = internet.site(`site${i}`, HOME + i, 'random')
            if (router !== undefined) await openPortsByUpnp(world, { ...homeOf(site), ...router })
            return { name, expected, peer: swarm.start(site.host, '--no-mdns', '--upnp', '--connect', known) }
          }),
        )
        const told = await Promise.all([first, ...places.map(({ peer }) => peer)].map(outcomeOf))
        const outcomes = await outcomesOf([first, ...places.map(({ peer }) => peer)], DEADLINE_MS)
        const expected = [{ name: 'a public address', expected: 'needless' }, ...places]
        return [
          ...expected.map(({ name, expected }, i) => ({
            asked: `${name}: ${expected}`,
            measured: `${told[i].outcome}: ${told[i].reason}`,
            passed: told[i].outcome === expected,
          })),
          { asked: 'all seal on one hash', measured: describeOutcomes(outcomes), passed: areOneSeal(outcomes) },
        ]
      }),
    ),
}
