import { testScenario } from './scenario.ts'
import { lostBootstrap } from './scenarios/lost-bootstrap.ts'

testScenario(lostBootstrap)
