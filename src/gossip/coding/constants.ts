/**
 * With topk, the part of the elements that are chosen by chance and not for their unsent change: small, for it costs as much as the
 * rest, and enough for every element to come up in so many times more exchanges than it would by chance alone.
 */
export const EXPLORED = 1 / 8

/**
 * References that a peer keeps, each as large as its parameters: one for every neighbour in the sparse graphs on which
 * hundreds of peers agree quickly, where there are log2 n of them. A peer that meets more partners starts over with the others.
 */
export const KEPT_REFERENCES = 8
