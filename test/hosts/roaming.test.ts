import { testScenario } from './scenario.ts'
import { roaming } from './scenarios/roaming.ts'

testScenario(roaming({ peers: 3, by: 'mdns', movers: [1, 2, 0], trainingSeconds: 60 }))
testScenario(roaming({ peers: 3, by: 'connect', movers: [1, 0], trainingSeconds: 50 }))
