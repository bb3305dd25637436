import { whyNoHosts } from '../../hosts/network/permitted.ts'
import { cloud } from '../../hosts/scenarios/cloud.ts'
import { containerHost } from '../../hosts/scenarios/container-host.ts'
import { finding } from '../../hosts/scenarios/finding.ts'
import { lossyLink } from '../../hosts/scenarios/lossy-link.ts'
import { lostBootstrap } from '../../hosts/scenarios/lost-bootstrap.ts'
import { lostInterface } from '../../hosts/scenarios/lost-interface.ts'
import { oneBridge } from '../../hosts/scenarios/one-bridge.ts'
import { partedSealsLeaving, partedSealsLeavingLate, partedSealsStaying } from '../../hosts/scenarios/parted-seals.ts'
import { roamingByConnect, roamingByMdns } from '../../hosts/scenarios/roaming.ts'
import type { Scenario } from '../../hosts/scenarios/scenario.ts'
import { straggler, suspended } from '../../hosts/scenarios/straggler.ts'
import { twoSitesAndTwoPublic } from '../../hosts/scenarios/two-sites.ts'
import { upnp, upnpInVain } from '../../hosts/scenarios/upnp.ts'
import { createRows, type Item } from '../row.ts'
import { company } from './company.ts'

/** An item that is what happens to peers on hosts in network namespaces. */
function onHosts(name: string, about: string, scenarios: readonly Scenario[]): Item {
  return {
    name,
    about,
    seeds: 1,
    async run(options) {
      const rows = createRows(options)
      for (const scenario of scenarios) {
        const measured =
          whyNoHosts === undefined
            ? await scenario.run()
            : [{ asked: scenario.about, measured: `not measured: ${whyNoHosts}`, passed: false }]
        for (const row of measured) rows.add(row)
      }
      return rows.all()
    },
  }
}

/** The evidence that peers stay together and find each other on networks as they are, in the order in which it was asked for. */
export const networks: readonly Item[] = [
  onHosts('hosts', 'peers on hosts in network namespaces: staying together, addresses, finding', [
    oneBridge,
    roamingByMdns,
    roamingByConnect,
    lostInterface,
    partedSealsLeaving,
    partedSealsLeavingLate,
    partedSealsStaying,
    containerHost,
    cloud,
    upnp,
    upnpInVain,
    finding,
  ]),
  onHosts('sites', twoSitesAndTwoPublic.about, [twoSitesAndTwoPublic]),
  onHosts('bootstrap', lostBootstrap.about, [lostBootstrap]),
  onHosts('link', lossyLink.about, [lossyLink]),
  company,
  onHosts('straggler', straggler.about, [straggler, suspended]),
]
