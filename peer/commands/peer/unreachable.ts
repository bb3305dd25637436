import type { PeerEvents } from '../../../src/index.ts'
import { count, shortPeer } from '../../words.ts'

type Obstacle = PeerEvents['unreachable']['peers'][number]['obstacle']

/** What stands between, of one and of several, by how much can be done about it. */
const OBSTACLES: Readonly<Record<Obstacle, readonly [one: string, several: string]>> = {
  silent: [
    'does not answer: a router or a firewall is in between',
    'do not answer: routers or firewalls are in between',
  ],
  unroutable: ['is in a network to which no way leads', 'are in networks to which no way leads'],
  refused: ['is on a machine where nothing listens', 'are on machines where nothing listens'],
  impostor: ['has an address at which another peer answers', 'have addresses at which other peers answer'],
  unknown: ['announces no address that can be dialled', 'announce no address that can be dialled'],
  failed: ['fails otherwise', 'fail otherwise'],
}

/** Names of peers that fit into a line. */
const MOST_NAMED = 3

/** How many cannot be reached, and why; then what to do about it. */
export function describeUnreachable({ peers, of }: PeerEvents['unreachable']): readonly [string, ...string[]] {
  const whom = of === 1 ? 'the other peer cannot' : `${count(peers.length)} of ${count(of)} other peers cannot`
  const why = Object.entries(OBSTACLES).flatMap(([obstacle, [one, several]]) => {
    const those = peers.filter(each => each.obstacle === obstacle)
    if (those.length === 0) return []
    const names = those.slice(0, MOST_NAMED).map(({ peer }) => shortPeer(peer))
    const named = those.length > MOST_NAMED ? `${names.join(', ')}, …` : names.join(', ')
    return [`${count(those.length)} ${those.length === 1 ? one : several} (${named})`]
  })
  const reason = peers.every(({ obstacle }) => obstacle === 'failed') ? peers[0]?.reason : undefined
  return [
    `${whom} be reached from here, nor have they come: ${[...why, ...(reason === undefined ? [] : [reason])].join('; ')}`,
    'They and this peer learn from each other through others. For a direct way one side of each two has to be reachable: have its router ' +
      'open a port (--upnp), or forward one to that of --listen and give its address by --announce, open its firewall, or --connect to an address that works',
  ]
}
