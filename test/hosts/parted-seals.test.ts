import { testScenario } from './scenario.ts'
import { partedSealsLeaving, partedSealsLeavingLate, partedSealsStaying } from './scenarios/parted-seals.ts'

testScenario(partedSealsLeaving)
testScenario(partedSealsLeavingLate)
testScenario(partedSealsStaying)
