/** The tools that make networks, run to their end. @packageDocumentation */

import { spawnSync } from 'node:child_process'

/** A tool that answers the kernel takes milliseconds; one that takes this long hangs. */
const DEADLINE_MS = 20_000

/** @throws Error with what the tool said, where it fails */
export function run(command: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    input,
    timeout: DEADLINE_MS,
    maxBuffer: 2 ** 26,
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ${input}\n${stderr}`)
  return stdout
}

/** `ip` with these words in a namespace. */
export function ipIn(namespace: string, words: string): string {
  return run('ip', ['-n', namespace, ...words.split(' ')])
}

/** What becomes a program in a namespace. */
export function within(namespace: string): readonly string[] {
  return ['ip', 'netns', 'exec', namespace]
}

export function runIn(namespace: string, command: readonly string[], input?: string): string {
  const [program, ...args] = [...within(namespace), ...command]
  return run(program, args, input)
}

/** Loads rules of nftables; a statement a line. */
export function nftIn(namespace: string, rules: string): void {
  runIn(namespace, ['nft', '-f', '-'], rules)
}

/** Sets what `sysctl` would, of the namespace alone: `net/ipv4/ip_forward`. */
export function setIn(namespace: string, settings: Readonly<Record<string, string | number>>): void {
  const lines = Object.entries(settings).map(([name, value]) => `echo ${value} > /proc/sys/${name}`)
  runIn(namespace, ['sh', '-e'], lines.join('\n'))
}
