import { describe, expect, test } from 'vitest'
import { MAX_STEPS } from '../../../src/gossip/constants.ts'
import { type Announcement, completed, type Told } from '../../../src/gossip/membership/announcement.ts'
import { decodeAnnouncement, encodeAnnouncement } from '../../../src/gossip/membership/announcement-bytes.ts'
import {
  LONGEST_ANNOUNCE_INTERVAL_MS,
  MAX_ADDRESS_LENGTH,
  MAX_ADDRESSES,
  MAX_ANNOUNCEMENT_BYTES,
  MAX_RUN_MS,
  SKETCH_BUCKETS,
} from '../../../src/gossip/membership/constants.ts'
import { createRandom, type Random } from '../../../src/random/random.ts'
import { announcementOf } from '../announcements.ts'

const hash = '0123456789abcdef'.repeat(4)
const full: Announcement = announcementOf({
  sequence: 1_763_769_600_000,
  every: 2_667,
  phase: 'sealing',
  step: 400,
  age: 410,
  interval: Math.fround(1_234.5),
  pace: Math.fround(12.3),
  run: { elapsed: 123_456, founder: true, halfTime: 100_000 },
  sketch: Float32Array.from({ length: SKETCH_BUCKETS }, (_, i) => Math.fround(Math.sin(i) * 10 ** (i % 20))),
  choice: hash,
  refuses: hash,
  addresses: new Array(MAX_ADDRESSES).fill('a'.repeat(MAX_ADDRESS_LENGTH)),
})
const usual = announcementOf({
  sequence: 1_763_769_600_000,
  phase: 'training',
  step: 12_345,
  age: 45_678,
  interval: 100,
  pace: 10,
  run: { elapsed: 65_432, founder: true },
  addresses: ['/ip4/192.168.178.23/tcp/43211', '/ip4/127.0.0.1/tcp/43211'],
})

function withoutPortrait({ sketch: _, addresses: __, ...word }: Announcement): Told {
  return word
}

/** What is wrong comes from what is right, by its bytes. */
const changed = (change: (bytes: Uint8Array) => Uint8Array | undefined, of: Told = full) => {
  const bytes = encodeAnnouncement(of)
  return change(bytes) ?? bytes
}

/** Sequence, every, step, age, ownSteps, partners begin here. */
const WORD = 3

describe('an announcement', () => {
  test.each([
    ['with everything in it', full],
    ['as it usually is', usual],
    ['without what it leaves out', announcementOf()],
    ['without a portrait', withoutPortrait(usual)],
    [
      'with the largest numbers',
      announcementOf({ step: MAX_STEPS, age: MAX_STEPS, sequence: 2 ** 53 - 1, every: 60_000 }),
    ],
    ['with addresses in any alphabet', announcementOf({ addresses: ['/dns4/пример.рф/tcp/1', '', '/unix/🐦'] })],
  ])('%s comes back as it was sent', (_, announcement) => {
    expect(decodeAnnouncement(encodeAnnouncement(announcement))).toEqual(announcement)
  })

  test('takes half of the bytes that it took as text, and without a portrait a tenth', () => {
    expect(encodeAnnouncement(usual).byteLength).toBeLessThan(350)
    expect(encodeAnnouncement(withoutPortrait(usual)).byteLength).toBeLessThan(50)
  })

  test('fits into its bound with everything in it', () => {
    expect(encodeAnnouncement(full).byteLength).toBeLessThanOrEqual(MAX_ANNOUNCEMENT_BYTES)
  })

  const unsaid: readonly [string, Partial<Announcement>][] = [
    ['a step beyond the bound', { step: MAX_STEPS + 1 }],
    ['an age beyond the bound', { age: MAX_STEPS + 1 }],
    ['an interval beyond the longest', { every: LONGEST_ANNOUNCE_INTERVAL_MS + 1 }],
    ['an interval of training beyond the longest run', { interval: 2 * MAX_RUN_MS }],
    ['a pace that is no number', { pace: Number.NaN }],
    ['a pace below zero', { pace: -1 }],
    ['a run longer than the longest', { run: { elapsed: MAX_RUN_MS + 1, founder: false } }],
    ['NaN in its sketch', { sketch: new Float32Array(SKETCH_BUCKETS).fill(Number.NaN) }],
    ['Infinity in its sketch', { sketch: new Float32Array(SKETCH_BUCKETS).fill(Number.NEGATIVE_INFINITY) }],
    ['a sketch that is too short', { sketch: new Float32Array(3) }],
    ['a sketch that is too long', { sketch: new Float32Array(SKETCH_BUCKETS + 1) }],
    ['too many addresses', { addresses: new Array(MAX_ADDRESSES + 1).fill('/ip4/1.2.3.4') }],
    ['an address that is too long', { addresses: ['a'.repeat(MAX_ADDRESS_LENGTH + 1)] }],
  ]

  test.for(unsaid)('with %s is none', ([, change]) => {
    expect(decodeAnnouncement(encodeAnnouncement(announcementOf(change)))).toBeUndefined()
  })

  const malformed: readonly [string, Uint8Array][] = [
    ['of no bytes', new Uint8Array(0)],
    ['that is the text of earlier versions', new TextEncoder().encode('{"sequence":1,"phase":"training"}')],
    ['of another form', changed(bytes => bytes.with(0, 2) as Uint8Array)],
    ['in a phase that does not exist', changed(bytes => bytes.with(1, bytes[1] | 7) as Uint8Array)],
    ['with a flag that nobody knows', changed(bytes => bytes.with(2, bytes[2] | 0x40) as Uint8Array)],
    ['of a founder without a run', changed(bytes => bytes.with(2, bytes[2] | 2) as Uint8Array, announcementOf())],
    ['with a byte too many', changed(bytes => Buffer.concat([bytes, Uint8Array.of(0)]))],
    ['with a number in more bytes than it needs', Uint8Array.of(1, 0, 0, 0x81, 0x00, 0, 0, 0, 0, 0)],
    ['with a number that never ends', changed(bytes => bytes.fill(0xff, WORD, WORD + 9))],
    ['with an address that is no UTF-8', changed(bytes => bytes.with(bytes.byteLength - 1, 0xff) as Uint8Array)],
  ]

  test.for(malformed)('%s is none', ([, bytes]) => {
    expect(decodeAnnouncement(bytes)).toBeUndefined()
  })

  test('with a number in as few bytes as it needs is one', () => {
    expect(decodeAnnouncement(Uint8Array.of(1, 0, 0, 0x01, 0, 0, 0, 0, 0))).toMatchObject({ sequence: 1, every: 0 })
  })

  test('that is too long is none', () => {
    const bytes = Buffer.concat([encodeAnnouncement(full), new Uint8Array(MAX_ANNOUNCEMENT_BYTES)])
    expect(decodeAnnouncement(bytes)).toBeUndefined()
  })

  test.each([{ age: -1 }, { age: 1.5 }, { sequence: 2 ** 60 }])('cannot say %o', change => {
    expect(() => encodeAnnouncement(announcementOf(change))).toThrow(RangeError)
  })
})

describe('bytes at random', () => {
  /** An announcement, or what is left of it after some accidents. */
  function mutated(random: Random): Uint8Array {
    const bytes = Uint8Array.from(
      encodeAnnouncement(random.uniform() < 0.3 ? withoutPortrait(full) : random.uniform() < 0.5 ? usual : full),
    )
    for (let accidents = random.integer(4); accidents >= 0; accidents--) {
      // Most of what can go wrong is at the beginning.
      const at = random.integer(random.uniform() < 0.7 ? Math.min(60, bytes.byteLength) : bytes.byteLength)
      if (random.uniform() < 0.5) bytes[at] ^= 1 << random.integer(8)
      else bytes[at] = random.integer(256)
    }
    return random.uniform() < 0.3 ? bytes.slice(0, random.integer(bytes.byteLength + 1)) : bytes
  }

  const drawn = (random: Random) => Uint8Array.from({ length: random.integer(600) }, () => random.integer(256))

  test('are either none or an announcement within all bounds, which is encoded to the same bytes', () => {
    const random = createRandom(14)
    let announcements = 0
    for (let i = 0; i < 20_000; i++) {
      const bytes = i % 10 === 0 ? drawn(random) : mutated(random)
      const told = decodeAnnouncement(bytes)
      if (told === undefined) continue
      announcements++
      expect(Buffer.from(encodeAnnouncement(told)).equals(bytes)).toBe(true)
      for (const steps of [told.step, told.age, told.ownSteps]) expect(steps).toBeLessThanOrEqual(MAX_STEPS)
      expect(told.every).toBeLessThanOrEqual(LONGEST_ANNOUNCE_INTERVAL_MS)
      expect(told.sketch?.every(Number.isFinite) ?? true).toBe(true)
      expect(told.addresses?.length ?? 0).toBeLessThanOrEqual(MAX_ADDRESSES)
    }
    expect(announcements).toBeGreaterThan(2_000)
  })

  test('that say how much follows make nobody allocate it', () => {
    const before = process.memoryUsage().arrayBuffers
    const bytes = encodeAnnouncement(announcementOf({ addresses: ['a'] }))
    bytes[bytes.byteLength - 2] = 0xff
    for (let i = 0; i < 1_000; i++) expect(decodeAnnouncement(Uint8Array.from(bytes))).toBeUndefined()
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 2 ** 20)
  })
})

describe('an announcement without a portrait', () => {
  const brief = withoutPortrait({ ...usual, age: 99 })

  test('has that of the last one that had one', () => {
    expect(completed(brief, usual)).toEqual({ ...usual, age: 99 })
  })

  test('says nothing of a peer whose portrait has not been seen', () => {
    expect(completed(brief, undefined)).toBeUndefined()
  })

  test('gives way to one that has its own', () => {
    expect(completed(usual, full)).toBe(usual)
  })
})
