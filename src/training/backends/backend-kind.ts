import type { BACKENDS } from '../../catalogue.ts'

/** The device that a backend computes on, where it has a name. */
export interface Devices {
  /** The one in use. */
  readonly device: string | null
  /** Whether that is a program that pretends to be a GPU. */
  readonly software: boolean
  /** All that could be used, in the order in which `--gpu N` counts. */
  readonly all: readonly string[]
}

export const NO_DEVICES: Devices = { device: null, software: false, all: [] }

/** Why a backend does not work here. */
export interface Fault {
  /** One sentence without its full stop. */
  readonly reason: string
  /** The remedy, likewise. */
  readonly remedy: string
}

/** One way to compute: how it is found, loaded and repaired. */
export interface BackendKind {
  /** The name in `--backend NAME`. */
  readonly name: keyof typeof BACKENDS
  /** The name that TensorFlow.js has for it. */
  readonly registeredName: string
  /** npm packages that the user installs; none where hearsay brings it. */
  readonly packages: readonly string[]
  /** Whether it computes on GPUs, of which one can be chosen with `--gpu N`. Such a backend gets a process of its own. */
  readonly gpu: boolean
  /**
   * Variables that its native library reads from the process's environment, once, when it is loaded.
   *
   * @param gpu counted from 0; undefined where none was chosen
   */
  environment?(gpu: number | undefined): Readonly<Record<string, string>>
  /**
   * Loads it into this thread, so that TensorFlow.js can start it.
   *
   * @throws an error whose message is the reason, where it cannot work here
   */
  load(gpu: number | undefined): Promise<Devices>
  /**
   * Puts a failure into words.
   *
   * @param reason what {@link load} or the first step threw, or how its process ended
   * @param stderr output of its process
   */
  explain(reason: string, stderr: string): Fault
}
