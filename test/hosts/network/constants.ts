/** The port that IANA gave to VXLAN. */
export const VXLAN_PORT = 4_789

/** Link-local: no host of a world has addresses there. */
export const TUNNELS_ADDRESS = '169.254.77.1'
export const SWITCH_ADDRESS = '169.254.77.2'

/** How much a router keeps for a wire that is full; what comes then is dropped. Home routers keep more, data centres less. */
export const QUEUE_SECONDS = 0.1
