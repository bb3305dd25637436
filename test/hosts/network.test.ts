import { describe, expect, test } from 'vitest'
import { run, runIn } from './network/commands.ts'
import { countDials } from './network/dial-counter.ts'
import type { Host } from './network/host.ts'
import { masquerade, oneToOne } from './network/nat.ts'
import { noHosts, whyNoHosts } from './network/permitted.ts'
import { createShapedLan } from './network/shaped-lan.ts'
import { withWorld } from './network/world.ts'
import { plainTcp } from './plain-tcp.ts'

/** @returns the share that is lost, and the median of the round trips in milliseconds */
function ping(from: Host, to: string, count: number): { readonly lost: number; readonly roundTripMs: number } {
  const said = runIn(from.namespace, ['sh', '-c', `ping -q -i 0.005 -W 1 -c ${count} ${to} || true`])
  const [, received] = /(\d+) received/.exec(said) ?? []
  const [, mean] = /= [\d.]+\/([\d.]+)\//.exec(said) ?? []
  return { lost: 1 - Number(received) / count, roundTripMs: Number(mean) }
}

describe.skipIf(whyNoHosts !== undefined)(`networks in namespaces${noHosts}`, () => {
  test('a way of 40 ms each way, with 10 % loss and 8 Mbit/s, is that', async () => {
    await withWorld(async world => {
      const lan = await world.shapedLan('far', { delayMs: 40, loss: 0.1 })
      const slow = await world.shapedLan('slow', { rateMbps: 8 })
      const [one, other] = ['one', 'other'].map(name => world.host(name))
      for (const [i, host] of [one, other].entries()) {
        host.join(lan, { address: `10.0.0.${i + 1}/24` })
        host.join(slow, { address: `10.0.1.${i + 1}/24` })
      }
      ping(one, '10.0.0.2', 20)
      const { lost, roundTripMs } = ping(one, '10.0.0.2', 600)
      expect(roundTripMs).toBeGreaterThan(79)
      expect(roundTripMs).toBeLessThan(95)
      // Both ways: 19 % of 600, four standard deviations of 1.6 % either way.
      expect(lost).toBeGreaterThan(0.126)
      expect(lost).toBeLessThan(0.254)
      const flow = { from: one, to: other, address: '10.0.1.2', connections: 2 }
      const [both] = await plainTcp(world, [flow], 4)
      // A megabyte a second, of which headers take a twentieth.
      expect(both).toBeGreaterThan(800_000)
      expect(both).toBeLessThan(1_000_000)
      console.log(`by ${lan.by}: ${roundTripMs} ms, ${(lost * 100).toFixed(1)} % lost, ${(both / 1e6).toFixed(2)} MB/s`)
    })
  })

  test('a switch without a rate carries at least fifty megabits', async () => {
    await withWorld(async world => {
      const lan = await world.shapedLan('quick', {})
      const [one, other] = ['one', 'other'].map(name => world.host(name))
      for (const [i, host] of [one, other].entries()) host.join(lan, { address: `10.0.0.${i + 1}/24` })
      const [bytes] = await plainTcp(world, [{ from: one, to: other, address: '10.0.0.2', connections: 2 }], 3)
      console.log(`${(bytes / 1e6).toFixed(1)} MB/s`)
      expect(bytes).toBeGreaterThan(6.25e6)
    })
  })

  test('a router hides whom it serves, and counts as one that nobody can dial', async () => {
    await withWorld(async world => {
      const internet = world.lan('internet')
      const home = world.lan('home')
      const router = world.host('router', { forwards: true })
      const outside = router.join(internet, { address: '80.0.0.2/24' })
      router.join(home, { address: '192.168.1.1/24' })
      masquerade(router, outside, 'random')
      const [inner, outer] = ['inner', 'outer'].map(name => world.host(name))
      inner.join(home, { address: '192.168.1.2/24', gateway: '192.168.1.1' })
      outer.join(internet, { address: '80.0.0.3/24' })
      const dials = countDials(inner)
      const [bytes] = await plainTcp(world, [{ from: inner, to: outer, address: '80.0.0.3', connections: 2 }], 1)
      expect(bytes).toBeGreaterThan(0)
      expect(dials()).toEqual([
        { address: '80.0.0.3', port: expect.any(Number), answered: true },
        { address: '80.0.0.3', port: expect.any(Number), answered: true },
      ])
      const unasked = countDials(outer)
      runIn(outer.namespace, ['bash', '-c', 'timeout 0.5 bash -c "</dev/tcp/80.0.0.2/4001" || true'])
      expect(unasked()).toEqual([{ address: '80.0.0.2', port: 4001, answered: false }])
      expect(ping(outer, '80.0.0.2', 2).lost).toBe(1)
    })
  })

  test('a router with an address for one host hands on what comes for it', async () => {
    await withWorld(async world => {
      const [internet, cloud] = ['internet', 'cloud'].map(name => world.lan(name))
      const router = world.host('router', { forwards: true })
      const outside = router.join(internet, { address: '80.0.0.2/24' })
      router.join(cloud, { address: '10.0.0.1/24' })
      const [inner, outer] = ['inner', 'outer'].map(name => world.host(name))
      inner.join(cloud, { address: '10.0.0.2/24', gateway: '10.0.0.1' })
      outer.join(internet, { address: '80.0.0.3/24' })
      oneToOne(router, outside, '80.0.0.2', '10.0.0.2')
      expect(ping(outer, '80.0.0.2', 5).lost).toBe(0)
      expect(ping(inner, '80.0.0.3', 5).lost).toBe(0)
    })
  })

  test('halves that are parted do not hear each other until they are healed', async () => {
    await withWorld(async world => {
      const lan = world.lan('office')
      const hosts = ['one', 'two', 'three'].map((name, i) => {
        const host = world.host(name)
        host.join(lan, { address: `10.0.0.${i + 1}/24` })
        return host
      })
      const heard = () => [ping(hosts[0], '10.0.0.2', 2).lost, ping(hosts[0], '10.0.0.3', 2).lost]
      expect(heard()).toEqual([0, 0])
      lan.part(hosts[2])
      expect(heard()).toEqual([0, 1])
      lan.heal()
      expect(heard()).toEqual([0, 0])
    })
  })

  test('nothing stays behind a scenario that fails', async () => {
    const failing = withWorld(async world => {
      await createShapedLan({
        name: 'far',
        shape: {},
        addNamespace: name => world.host(name).namespace,
        holds: world.holds,
      })
      throw new Error('as it should')
    })
    await expect(failing).rejects.toThrow('as it should')
    expect(run('ip', ['netns', 'list'])).not.toContain(`hearsay-${process.pid}-`)
  })
})
