import { testScenario } from './scenario.ts'
import { twoSites } from './scenarios/two-sites.ts'

testScenario(twoSites({ publicPeers: 2, nats: ['kept', 'random'], trainingSeconds: 25, compared: true, dying: true }))
