import { testScenario } from './scenario.ts'
import { straggler } from './scenarios/straggler.ts'

testScenario(straggler)
