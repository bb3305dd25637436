import { testScenario } from './scenario.ts'
import { straggler, suspended } from './scenarios/straggler.ts'

testScenario(straggler)
testScenario(suspended)
