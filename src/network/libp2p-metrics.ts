import type { ComponentLogger } from './logger.ts'

/**
 * Makes what keeps libp2p's own metrics, its `Metrics`. That type is not named: it compiles only with the types of browsers, which embedders
 * need not have.
 */
export type Libp2pMetrics = (components: { readonly logger: ComponentLogger }) => object
