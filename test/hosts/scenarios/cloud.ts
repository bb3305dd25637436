import { oneToOne } from '../network/nat.ts'
import { withWorld } from '../network/world.ts'
import { areOneSeal, averagedTogether, describeOutcomes, outcomesOf } from '../outcome.ts'
import { withSwarm } from '../swarm.ts'
import { openInternet, publicAddress } from './internet.ts'
import type { Scenario } from './scenario.ts'

const PEERS = 3
const PORT = 4_001
const OUTSIDE = 30
const DEADLINE_MS = 180_000

export const cloud: Scenario = {
  about: 'a cloud gives one host an address that the host does not know, and --announce tells it to the others',
  run: () =>
    withWorld(world =>
      withSwarm(world, { peers: PEERS, minimumPeers: 2, trainingSeconds: 15 }, async swarm => {
        const internet = openInternet(world)
        const meeting = internet.publicHost('public', 10)
        const site = internet.site('site', 20, 'random')
        const inside = world.lan('cloud-lan')
        const gateway = world.host('cloud-router', { forwards: true })
        const outside = gateway.join(internet.lan, internet.place(OUTSIDE))
        gateway.join(inside, { address: '10.0.0.1/24' })
        oneToOne(gateway, outside, publicAddress(OUTSIDE), '10.0.0.2')
        const host = world.host('cloud')
        host.join(inside, { address: '10.0.0.2/24', gateway: '10.0.0.1' })

        const first = swarm.start(meeting.host, '--no-mdns')
        const known = ['--no-mdns', '--connect', await first.address(meeting.address)]
        const announced = ['--announce', `/ip4/${publicAddress(OUTSIDE)}/tcp/${PORT}`]
        const clouded = swarm.start(host, ...known, '--listen', `/ip4/0.0.0.0/tcp/${PORT}`, ...announced)
        const hidden = swarm.start(site.host, ...known)
        const outcomes = await outcomesOf([first, clouded, hidden], DEADLINE_MS)
        const averaged = averagedTogether(hidden, clouded)
        return [
          {
            asked: 'who is behind a NAT reaches the host in the cloud, of which it was not told',
            measured: `${averaged} exchanges averaged`,
            passed: averaged > 0,
          },
          { asked: 'all seal on one hash', measured: describeOutcomes(outcomes), passed: areOneSeal(outcomes) },
        ]
      }),
    ),
}
