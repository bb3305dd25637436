import { testScenario } from './scenario.ts'
import { partedSealsLeaving, partedSealsStaying } from './scenarios/parted-seals.ts'

testScenario(partedSealsLeaving)
testScenario(partedSealsStaying)
