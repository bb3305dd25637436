import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { hostOf, isLocal } from '../../src/network/hosts.ts'

test.each([
  ['/ip4/192.0.2.7/tcp/4001', '192.0.2.7'],
  ['/ip6/2001:db8:1:2:3:4:5:6/tcp/4001', '2001:db8:1:2::/64'],
  ['/ip6/2001:db8::1/tcp/4001', '2001:db8:0:0::/64'],
  ['/ip6/::1/tcp/4001', '0:0:0:0::/64'],
  ['/dns4/example.org/tcp/4001', undefined],
])('the host of %s is %s', (address, host) => {
  expect(hostOf(multiaddr(address))).toBe(host)
})

test.each([
  ['/ip4/127.0.0.1/tcp/1', true],
  ['/ip4/10.9.8.7/tcp/1', true],
  ['/ip4/172.31.0.1/tcp/1', true],
  ['/ip4/172.32.0.1/tcp/1', false],
  ['/ip4/169.254.1.1/tcp/1', true],
  ['/ip4/192.0.2.7/tcp/1', false],
  ['/ip6/fe80::1/tcp/1', true],
  ['/ip6/fd12::1/tcp/1', true],
  ['/ip6/2001:db8::1/tcp/1', false],
  ['/dns4/localhost/tcp/1', false],
])('whether %s is local: %s', (address, local) => {
  expect(isLocal(multiaddr(address))).toBe(local)
})
