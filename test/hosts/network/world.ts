/**
 * Hosts, routers and local networks, each a network namespace of its own, which cannot be left: nothing of a world reaches the machine's own network.
 * Whatever happens, all of it is taken away again, by the next world at the latest.
 *
 * @packageDocumentation
 */

import { run, runIn, setIn } from './commands.ts'
import { createHost, type Host, type HostOptions } from './host.ts'
import type { Inhabitant } from './inhabitant.ts'
import { createLan, type Lan, type LanOptions } from './lan.ts'
import { createShapedLan, type Shape, type ShapedLan } from './shaped-lan.ts'

export interface World {
  host(name: string, options?: HostOptions): Host
  /** A switch, and the wires to it: what is plugged into it is one broadcast domain. */
  lan(name: string, options?: LanOptions): Lan
  /** The same with a long, lossy or slow way between any two of its hosts. */
  shapedLan(name: string, shape: Shape): Promise<ShapedLan>
  /** Ends with the world. */
  holds<One extends Inhabitant>(inhabitant: One): One
}

const PREFIX = 'hearsay-'

/** Of worlds of this process that stand. */
const standing = new Set<string>()
let worlds = 0

process.once('exit', () => {
  for (const namespace of standing) remove(namespace)
})

/** Runs in a world of its own, which is taken down in the end. */
export async function withWorld<Result>(body: (world: World) => Promise<Result>): Promise<Result> {
  sweep()
  const prefix = `${PREFIX}${process.pid}-${worlds++}-`
  const inhabitants: Inhabitant[] = []
  const own: string[] = []

  /** @returns the namespace of that name in this world */
  function addNamespace(name: string): string {
    const namespace = prefix + name
    run('ip', ['netns', 'add', namespace])
    standing.add(namespace)
    own.push(namespace)
    runIn(namespace, ['ip', 'link', 'set', 'lo', 'up'])
    return namespace
  }
  const holds = <One extends Inhabitant>(inhabitant: One): One => {
    inhabitants.push(inhabitant)
    return inhabitant
  }
  const world: World = {
    host(name, options = {}) {
      const namespace = addNamespace(name)
      return createHost(name, namespace, options)
    },
    lan(name, options = {}) {
      const namespace = addNamespace(name)
      setIn(namespace, { 'net/ipv6/conf/all/disable_ipv6': 1 })
      return createLan(namespace, options)
    },
    shapedLan: (name, shape) => createShapedLan({ name, shape, addNamespace, holds }),
    holds,
  }
  try {
    return await body(world)
  } finally {
    for (const inhabitant of inhabitants) inhabitant.end('SIGKILL')
    await Promise.allSettled(inhabitants.map(({ ended }) => ended))
    for (const namespace of own) remove(namespace)
  }
}

function remove(namespace: string): void {
  standing.delete(namespace)
  try {
    run('ip', ['netns', 'del', namespace])
  } catch (error) {
    console.error(`${namespace} stays: ${(error as Error).message}`)
  }
}

/** Takes away what a process left that was killed before it could. */
function sweep(): void {
  for (const line of run('ip', ['netns', 'list']).split('\n')) {
    const [namespace] = line.split(' ')
    const [, pid] = /^hearsay-(\d+)-/.exec(namespace) ?? []
    if (pid === undefined || isAlive(Number(pid))) continue
    for (const inhabitant of run('ip', ['netns', 'pids', namespace])
      .split('\n')
      .filter(one => one !== '')) {
      process.kill(Number(inhabitant), 'SIGKILL')
    }
    remove(namespace)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
