import type { ModuleFlags } from '../../allow-module.ts'
import type { OutputFlags } from '../../output.ts'
import type { Place } from '../../serving/place.ts'

export interface PeerFlags extends OutputFlags, ModuleFlags {
  readonly data: string
  readonly from?: string
  readonly modelFile?: string
  readonly strict?: true
  readonly listen?: readonly string[]
  readonly announce?: readonly string[]
  readonly upnp?: true
  readonly connect?: readonly string[]
  readonly mdns: boolean
  readonly bandwidth?: number
  readonly steps?: number
  readonly epochs?: number
  readonly more?: number
  readonly untilConsensus?: number
  readonly wait?: number
  readonly alone?: true
  readonly stay?: true
  readonly state?: string
  /** An invitation or a key, or the file that holds it. */
  readonly invite?: string
  readonly backend: string
  readonly gpu?: number
  readonly threads?: number
  readonly shard?: { readonly index: number; readonly of: number }
  readonly partition?: string
  readonly seed?: number
  readonly save?: string
  readonly dashboard?: Place
  readonly metrics?: Place
}
