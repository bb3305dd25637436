import { testScenario } from './scenario.ts'
import { twoSitesAndTwoPublic } from './scenarios/two-sites.ts'

testScenario(twoSitesAndTwoPublic)
