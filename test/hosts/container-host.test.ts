import { testScenario } from './scenario.ts'
import { containerHost } from './scenarios/container-host.ts'

testScenario(containerHost)
