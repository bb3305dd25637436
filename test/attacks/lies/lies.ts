import type { Lie } from '../lie.ts'
import { claimsOfAge } from './claims-of-age.ts'
import { doneAtOnce } from './done-at-once.ts'
import { farSketches } from './far-sketches.ts'
import { holdsFetchPlaces } from './holds-fetch-places.ts'
import { holdsSlots } from './holds-slots.ts'
import { largeVector } from './large-vector.ts'
import { leavesDoubts } from './leaves-doubts.ts'
import { refusesTheSeal } from './refuses-the-seal.ts'
import { sealedOn } from './sealed-on.ts'
import { trainsAgain } from './trains-again.ts'
import { trainsForEver } from './trains-for-ever.ts'

/** Every lie, by the name of its file. */
export const lies: ReadonlyMap<string, Lie> = new Map([
  ['claims-of-age', claimsOfAge],
  ['sealed-on', sealedOn],
  ['large-vector', largeVector],
  ['trains-for-ever', trainsForEver],
  ['far-sketches', farSketches],
  ['trains-again', trainsAgain],
  ['leaves-doubts', leavesDoubts],
  ['holds-slots', holdsSlots],
  ['holds-fetch-places', holdsFetchPlaces],
  ['done-at-once', doneAtOnce],
  ['refuses-the-seal', refusesTheSeal],
])
