import { testScenario } from './scenario.ts'
import { cloud } from './scenarios/cloud.ts'

testScenario(cloud)
