import { type BackendChoice, chooseBackend } from '../src/training/choose-backend.ts'

/** The backend and the GPUs of the peers of one machine. */
export interface Placement {
  readonly backend: string
  /** The GPU that the peer with this index computes on; undefined where that is left to the backend. */
  gpuOf(index: number): number | undefined
}

/** `all`, or some of them, counted from 0. */
export type Gpus = 'all' | readonly number[]

/**
 * Chooses the backend, and spreads peers over its GPUs, round robin.
 *
 * @param gpus default: the backend's own choice, the same for all
 * @throws UsageError where the backend that is named uses no GPU, BackendUnavailableError where there is none
 */
export async function placePeers(backend: string, gpus: Gpus | undefined): Promise<Placement> {
  const first = gpus === 'all' ? 'any' : gpus?.[0]
  return spread(await chooseBackend(backend, first), gpus)
}

/** {@link placePeers} once the backend is chosen. */
export function spread({ name, devices }: Pick<BackendChoice, 'name' | 'devices'>, gpus: Gpus | undefined): Placement {
  const numbers = gpus === 'all' ? [...devices.all.keys()] : (gpus ?? [])
  return {
    backend: name,
    gpuOf: index => (numbers.length === 0 ? undefined : numbers[index % numbers.length]),
  }
}
