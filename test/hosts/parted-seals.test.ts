import { testScenario } from './scenario.ts'
import { partedSeals } from './scenarios/parted-seals.ts'

testScenario(partedSeals)
