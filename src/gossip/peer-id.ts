/** A libp2p peer id as text; in a simulation any unique name. */
export type PeerId = string
