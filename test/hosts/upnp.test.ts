import { testScenario } from './scenario.ts'
import { upnp, upnpInVain } from './scenarios/upnp.ts'

testScenario(upnp)
testScenario(upnpInVain)
