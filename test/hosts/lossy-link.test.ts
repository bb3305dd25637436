import { testScenario } from './scenario.ts'
import { lossyLink } from './scenarios/lossy-link.ts'

testScenario(lossyLink)
