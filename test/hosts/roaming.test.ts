import { testScenario } from './scenario.ts'
import { roamingByConnect, roamingByMdns } from './scenarios/roaming.ts'

testScenario(roamingByMdns)
testScenario(roamingByConnect)
