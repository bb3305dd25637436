import { testScenario } from './scenario.ts'
import { oneBridge } from './scenarios/one-bridge.ts'

testScenario(oneBridge)
