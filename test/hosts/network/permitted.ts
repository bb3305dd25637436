/** Whether this machine lets tests make networks. @packageDocumentation */

import { ipIn, nftIn, run } from './commands.ts'

function reason(): string | undefined {
  const name = `hearsay-${process.pid}-tried`
  try {
    run('ip', ['netns', 'add', name])
  } catch (error) {
    return `needs ip of iproute2 and the right to make network namespaces: ${firstLine(error)}`
  }
  try {
    ipIn(name, 'link add one type veth peer name other')
    ipIn(name, 'link add wide type bridge')
    nftIn(name, 'add table ip tried\nadd chain ip tried out { type nat hook postrouting priority 100; }')
    return undefined
  } catch (error) {
    return `needs veth, bridges and nftables: ${firstLine(error)}`
  } finally {
    run('ip', ['netns', 'del', name])
  }
}

function firstLine(error: unknown): string {
  return String((error as Error).message)
    .replaceAll(/\s+/g, ' ')
    .slice(0, 120)
}

/** Why hosts cannot be made here; undefined where they can. */
export const whyNoHosts = reason()

/** For the names of tests that are skipped without. */
export const noHosts = whyNoHosts === undefined ? '' : ` (skipped: ${whyNoHosts})`
