import { afterAll, describe, expect, test } from 'vitest'
import { start } from '../../peer/command-line.ts'
import { expectExplained, heard } from './explained.ts'
import { addressOf, type Desk, HERE } from './newcomer.ts'
import { createPlace, FIREWALL, ON_A_NETWORK, type Place, placesMissing } from './place.ts'

/** What takes a network or a disk of its own to go wrong. */
export function testPlaces({ write, at }: Desk): void {
  describe
    .skipIf(placesMissing !== '')
    .concurrent(`a firewall, a full disk, no interface up, no multicast${placesMissing}`, () => {
      const places: Place[] = []
      afterAll(() => {
        for (const place of places) place.leave()
      })
      async function place(script: string) {
        const made = await createPlace(script)
        places.push(made)
        const running = (...args: readonly string[]) => start(args, { within: made.within })
        return { ...made, running, run: (...args: readonly string[]) => running(...args).finished }
      }

      test('a firewall that drops what is sent', async () => {
        const there = await place(ON_A_NETWORK + FIREWALL('tcp dport 4001 drop'))
        const address = '/ip4/127.0.0.1/tcp/4001'
        const wrong = await there.run('peer', '--backend', 'wasm', '--connect', address, '--wait', '12')
        await expectExplained(
          wrong,
          1,
          /dialled .*: nothing answers within 5 s; a firewall or a router .*: open the TCP port of --listen there/,
        )
        const { code, stdout } = heard(await there.run('doctor', '--connect', address))
        expect(code).toBe(1)
        expect(stdout).toMatch(/port +failed .*no answer in 5 s\n *→ nothing comes back: a firewall drops it/)
      })

      test('a firewall that refuses', async () => {
        const there = await place(ON_A_NETWORK + FIREWALL('tcp dport 4001 reject with icmpx type admin-prohibited'))
        const wrong = await there.run(
          'peer',
          '--backend',
          'wasm',
          '--connect',
          '/ip4/127.0.0.1/tcp/4001',
          '--wait',
          '3',
        )
        await expectExplained(wrong, 1, /dialled .*: no way leads there .*, and does no firewall refuse it\?/)
      })

      test('no interface up', async () => {
        const there = await place('true')
        const wrong = await there.run('peer', '--backend', 'wasm', '--wait', '1')
        await expectExplained(
          wrong,
          1,
          /nobody can reach this peer, for no network interface of this machine is up: connect it to a network/,
          /mDNS could search no interface, for none of this machine is up: connect it to a network/,
        )
        await expectExplained(
          await there.run('peer', '--backend', 'wasm', '--wait', '3', '--connect', '/ip4/192.0.2.7/tcp/4001'),
          1,
          /no way leads there .*ENETUNREACH.*; is this machine on a network/,
        )
      })

      test('loopback alone up', async () => {
        const there = await place('ip link set lo up')
        const wrong = await there.run('peer', '--backend', 'wasm', '--wait', '1')
        await expectExplained(wrong, 1, /mDNS found nobody on lo \(IPv4\): this machine is on no network/)
      })

      test('no multicast, as the network does not hand it on', async () => {
        const there = await place(ON_A_NETWORK)
        const wrong = await there.run('peer', '--backend', 'wasm', '--wait', '2')
        await expectExplained(
          wrong,
          1,
          /mDNS found nobody on .*eth0 \(IPv4\)/,
          /with --connect where they do not find each other by themselves/,
        )
      })

      test('no multicast, as a firewall of this machine drops it; the printed line does without', async () => {
        const there = await place(ON_A_NETWORK + FIREWALL('udp dport 5353 drop'))
        const wrong = await there.run('peer', '--backend', 'wasm', '--wait', '3')
        await expectExplained(
          wrong,
          1,
          /search no interface, for a firewall .*: --connect does without/,
          /eth0 \(IPv4\): .*EPERM/,
        )
        const recipe = write('few.json', '{ "training": { "steps": 20 } }')
        const first = there.running('peer', recipe, '--backend', 'wasm', '--wait', '120')
        const args = ['peer', recipe, '--backend', 'wasm', '--connect', await addressOf(first), '--wait', '120']
        expect([(await there.run(...args)).code, (await first.finished).code]).toEqual([0, 0])
      })

      test('a full disk: what is missing is said, and with more space it goes on', async () => {
        const disk = at('disk')
        const there = await place(`mkdir ${disk} && mount -t tmpfs -o size=200k none ${disk}`)
        const args = ['peer', ...HERE, '--alone', '--state', `${disk}/me`]
        await expectExplained(
          await there.run(...args),
          1,
          /cannot be written: ENOSPC.*; the disk is full: free some space/,
        )
        there.change(`mount -o remount,size=20m ${disk}`)
        expect((await there.run(...args)).code).toBe(0)
        there.change(`dd if=/dev/zero of=${disk}/rest bs=1k || true`)
        const saved = ['peer', ...HERE, '--alone', '--steps', '5', '--save', `${disk}/m.safetensors`]
        await expectExplained(await there.run(...saved), 1, /--save \S+ cannot be written: ENOSPC.*; the disk is full/)
        await expectExplained(
          await there.run('peer', '--state', `${disk}/more`),
          2,
          /--state .*ENOSPC.*; the disk is full/,
        )
      })

      test('a disk that can only be read', async () => {
        const disk = at('read-only')
        const there = await place(`mkdir ${disk} && mount -t tmpfs -o ro none ${disk}`)
        await expectExplained(
          await there.run('peer', '--state', `${disk}/me`),
          2,
          /--state .*EROFS.*: name a folder on another/,
        )
        const saved = await there.run('peer', '--save', `${disk}/m.safetensors`)
        await expectExplained(saved, 2, /the folder \S+ cannot be written to; name a file in another one/)
      })
    })
}
