import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

/** What every place is made of: nothing in it is seen outside, and it vanishes with the process that holds it. */
const FLAGS = [['-nm'], ['-rnm']].find(flags => spawnSync('unshare', [...flags, 'nft', 'list', 'ruleset']).status === 0)

/** For the names of tests that are skipped without one. */
export const placesMissing =
  FLAGS === undefined ? ' (skipped: needs unshare, nsenter, ip and nft, and the right to make namespaces)' : ''

/** A network and disks of their own. */
export interface Place {
  /** What a command is begun with to run in it. */
  readonly within: readonly string[]
  /** Runs lines of a shell in it. @throws Error with what they said, where one fails */
  change(script: string): void
  leave(): void
}

/** @param script lines of a shell that make it what it is */
export async function createPlace(script: string): Promise<Place> {
  // It ends with this process at the latest, whose end of the pipe is gone then.
  const holder = spawn('unshare', [...(FLAGS ?? []), 'sh', '-c', 'echo made; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  await once(holder.stdout, 'data')
  const user = FLAGS?.includes('-rnm') === true ? ['-U', '--preserve-credentials'] : []
  const within = ['nsenter', '-t', String(holder.pid), ...user, '-n', '-m', '--']
  const place: Place = {
    within,
    change(lines) {
      const [command = '', ...args] = [...within, 'sh', '-e']
      const { status, stderr } = spawnSync(command, args, { input: lines, encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
    },
    leave: () => void holder.kill('SIGKILL'),
  }
  place.change(script)
  return place
}

/** A machine on a network of its own, with nobody else. */
export const ON_A_NETWORK = `
ip link set lo up
ip link add eth0 type veth peer name far
ip link set far up
ip link set eth0 up
ip addr add 10.9.0.2/24 dev eth0
`

/** Rules of a firewall for what goes out. */
export const FIREWALL = (...rules: readonly string[]) => `
nft -f - <<RULES
table inet newcomer {
  chain out {
    type filter hook output priority 0
    ${rules.join('\n    ')}
  }
}
RULES
`
