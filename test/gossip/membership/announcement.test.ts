import { describe, expect, test } from 'vitest'
import {
  type Announcement,
  decodeAnnouncement,
  encodeAnnouncement,
} from '../../../src/gossip/membership/announcement.ts'
import {
  MAX_ADDRESS_LENGTH,
  MAX_ADDRESSES,
  MAX_ANNOUNCEMENT_BYTES,
  SKETCH_BUCKETS,
} from '../../../src/gossip/membership/constants.ts'
import { announcementOf } from '../announcements.ts'

const hash = '0123456789abcdef'.repeat(4)
const full: Announcement = announcementOf({
  sequence: 1_763_769_600_000,
  phase: 'sealing',
  step: 400,
  age: 410,
  sketch: Float32Array.from({ length: SKETCH_BUCKETS }, (_, i) => Math.fround(Math.sin(i) * 10 ** (i % 20))),
  choice: hash,
  refuses: hash,
  addresses: new Array(MAX_ADDRESSES).fill('a'.repeat(MAX_ADDRESS_LENGTH)),
})

const decodeJson = (document: object) => decodeAnnouncement(new TextEncoder().encode(JSON.stringify(document)))
const json = (announcement: Announcement) => JSON.parse(new TextDecoder().decode(encodeAnnouncement(announcement)))

describe('an announcement', () => {
  test('comes back as it was sent', () => {
    expect(decodeAnnouncement(encodeAnnouncement(full))).toEqual(full)
  })

  test('comes back without what it leaves out', () => {
    expect(decodeAnnouncement(encodeAnnouncement(announcementOf()))).toEqual(announcementOf())
  })

  test('fits into its bound with everything in it', () => {
    expect(encodeAnnouncement(full).byteLength).toBeLessThanOrEqual(MAX_ANNOUNCEMENT_BYTES)
  })

  const sketchOf = (...values: number[]) => json(announcementOf({ sketch: Float32Array.from(values) })).sketch
  const malformed: readonly [string, object][] = [
    ['without a phase', { phase: undefined }],
    ['in a phase that does not exist', { phase: 'dreaming' }],
    ['with a negative step', { step: -1 }],
    ['with an age that is no whole number', { age: 1.5 }],
    ['with a sequence that is a text', { sequence: '7' }],
    ['with a sequence beyond what a number holds exactly', { sequence: 2 ** 60 }],
    ['with a field that nobody knows', { extra: true }],
    ['with a sketch that is too short', { sketch: sketchOf(1, 2, 3) }],
    ['with a sketch that is too long', { sketch: sketchOf(...new Array(SKETCH_BUCKETS + 1).fill(1)) }],
    ['with NaN in its sketch', { sketch: sketchOf(Number.NaN, ...new Array(SKETCH_BUCKETS - 1).fill(1)) }],
    ['with Infinity in its sketch', { sketch: sketchOf(...new Array(SKETCH_BUCKETS - 1).fill(1), -Infinity) }],
    ['with a sketch that is not base64', { sketch: '!'.repeat(344) }],
    ['with a sketch that is a number', { sketch: 7 }],
    ['with a choice that is no hash', { choice: 'abc' }],
    ['with a refusal in upper case', { refuses: hash.toUpperCase() }],
    ['with too many addresses', { addresses: new Array(MAX_ADDRESSES + 1).fill('/ip4/1.2.3.4') }],
    ['with an address that is too long', { addresses: ['a'.repeat(MAX_ADDRESS_LENGTH + 1)] }],
  ]

  test.for(malformed)('%s is none', ([, change]) => {
    expect(decodeJson({ ...json(full), ...change })).toBeUndefined()
  })

  test.for<[string, Uint8Array]>([
    ['of no bytes', new Uint8Array(0)],
    ['that is not JSON', new TextEncoder().encode('hello')],
    ['that is not UTF-8', Uint8Array.of(0xff, 0xfe)],
    ['that is a number', new TextEncoder().encode('7')],
    ['that is null', new TextEncoder().encode('null')],
  ])('%s is none', ([, bytes]) => {
    expect(decodeAnnouncement(bytes)).toBeUndefined()
  })

  test('that is too long is none, however valid', () => {
    const text = JSON.stringify(json(announcementOf()))
    const bytes = new TextEncoder().encode(text + ' '.repeat(MAX_ANNOUNCEMENT_BYTES))
    expect(decodeAnnouncement(bytes.subarray(0, MAX_ANNOUNCEMENT_BYTES))).toBeDefined()
    expect(decodeAnnouncement(bytes.subarray(0, MAX_ANNOUNCEMENT_BYTES + 1))).toBeUndefined()
  })
})
