import { testScenario } from './scenario.ts'
import { lostInterface } from './scenarios/lost-interface.ts'

testScenario(lostInterface)
