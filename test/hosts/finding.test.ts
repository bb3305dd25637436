import { testScenario } from './scenario.ts'
import { finding } from './scenarios/finding.ts'

testScenario(finding)
