import { testScenario } from './scenario.ts'
import { roaming } from './scenarios/roaming.ts'
import { twoSites } from './scenarios/two-sites.ts'

// What .ci/run has time for.
testScenario(roaming({ peers: 2, by: 'mdns', movers: [1], trainingSeconds: 12 }))
testScenario(twoSites({ publicPeers: 1, nats: ['random'], trainingSeconds: 4, compared: false, dying: false }))
