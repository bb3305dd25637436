import { spawnSync } from 'node:child_process'
import { outputOf } from './process.ts'

/** A network of its own for a program, in which multicast is delivered and which it cannot leave. */
const LOOPBACK_MULTICAST = 'ip link set lo up && ip route add 224.0.0.0/4 dev lo'

/** How to get one here: as root, or as a user where that is allowed; undefined where neither works. */
export const isolation = [['-n'], ['-rn']].find(
  flags => spawnSync('unshare', [...flags, 'sh', '-c', LOOPBACK_MULTICAST]).status === 0,
)

/** For the names of tests that are skipped without it. */
export const isolationMissing =
  isolation === undefined ? ' (skipped: needs unshare and ip, and the right to make a network namespace)' : ''

/** Runs a program in a network of its own; rejects with what it said when it fails or takes too long. */
export async function isolated(command: readonly string[], milliseconds: number): Promise<string> {
  const script = `${LOOPBACK_MULTICAST} && exec "$@"`
  return await outputOf('unshare', [...(isolation ?? []), 'sh', '-c', script, 'sh', ...command], milliseconds)
}

/** The same with a place of its own for the names of further networks, which a program makes inside of it and which vanish with it. */
const NETWORKS = `mount -t tmpfs none /run && ${LOOPBACK_MULTICAST} && ip netns add probe && ip netns del probe`

/** How to get that here; undefined where it does not work. */
export const networks = [['-nm'], ['-rnm']].find(
  flags => spawnSync('unshare', [...flags, 'sh', '-c', NETWORKS]).status === 0,
)

/** For the names of tests that are skipped without it. */
export const networksMissing =
  networks === undefined ? ' (skipped: needs unshare and ip, and the right to make network namespaces)' : ''

/** Runs a program that makes networks; rejects with what it said when it fails or takes too long. */
export async function amongNetworks(command: readonly string[], milliseconds: number): Promise<string> {
  return await outputOf(
    'unshare',
    [...(networks ?? []), 'sh', '-c', `${NETWORKS} && exec "$@"`, 'sh', ...command],
    milliseconds,
  )
}
