import { describe, expect, it } from 'vitest'
import { chooseCompression, createCompressionChoice } from '../../../src/gossip/pace/choose-compression.ts'
import { AUTO_EXCHANGE_RATIO, AUTO_FEWEST_EXCHANGES, AUTO_OBVIOUS } from '../../../src/gossip/pace/constants.ts'
import { parseCodec } from '../../../src/parameters/codecs/registry.ts'
import { FRAME_FLOATS } from '../../../src/parameters/constants.ts'
import { createRandom } from '../../../src/random/random.ts'

const ELEMENTS = 1_000_000
/** Bytes of an exchange, both directions together. */
const BYTES: Readonly<Record<string, number>> = {
  none: 8e6,
  fp16: 4e6,
  int8: 2.03e6,
}
const CODECS = Object.keys(BYTES)
const INTERVAL = 4_000
const SHARE = AUTO_EXCHANGE_RATIO * INTERVAL

/** The speed of a link on which an exchange with this compression takes so many milliseconds. */
const speedFor = (codec: string, milliseconds: number) => ({ perByte: milliseconds / BYTES[codec], fixed: 0 })

describe('the choice of a compression', () => {
  it.each(CODECS)('is %s where that just fits into the share of exchanges', codec => {
    const measured = { ...speedFor(codec, 0.9 * SHARE), interval: INTERVAL }
    expect(chooseCompression(ELEMENTS, measured).codec.name).toBe(codec)
  })

  it('is the most lossy where nothing fits and bytes are what takes the time', () => {
    const measured = { ...speedFor('int8', 10 * SHARE), interval: INTERVAL }
    expect(chooseCompression(ELEMENTS, measured).codec.name).toBe('int8')
  })

  it('loses nothing where it is not the bytes that take the time', () => {
    const measured = { fixed: 2 * SHARE, perByte: SHARE / BYTES.none, interval: INTERVAL }
    expect(chooseCompression(ELEMENTS, measured).codec.name).toBe('none')
  })

  it.each([
    ['none', 0.95, 'none'],
    ['fp16', 0.95, 'fp16'],
    ['none', 1.05, 'fp16'],
    ['fp16', 0.6, 'none'],
  ])('with %s in use and %d of the time for an uncompressed exchange is %s', (current, share, expected) => {
    const measured = { ...speedFor('none', share * SHARE), interval: INTERVAL }
    expect(chooseCompression(ELEMENTS, measured, parseCodec(current)).codec.name).toBe(expected)
  })

  it('says what it follows from', () => {
    const measured = { perByte: 1 / 2_000, fixed: 50, interval: 3_000 }
    expect(chooseCompression(1_500_000, measured).reason).toBe(
      'int8: at 2.0 MB/s a whole exchange of 12.0 MB would take 6.0 s of the 3.0 s between two exchanges; ' +
        'int8 makes it 3.0 MB and 1.6 s',
    )
    expect(chooseCompression(10_000, measured).reason).toBe(
      'none: at 2.0 MB/s a whole exchange of 80.0 kB takes 0.090 s of the 3.0 s between two exchanges',
    )
    expect(chooseCompression(10_000, { perByte: 0, fixed: 50, interval: 10 }).reason).toBe(
      'none: a whole exchange of 80.0 kB takes 0.050 s of the 0.010 s between two exchanges, and no compression makes it much shorter',
    )
  })

  it('counts what each codec makes of every frame', () => {
    const frames = [FRAME_FLOATS, FRAME_FLOATS, 777]
    const elements = frames.reduce((a, b) => a + b)
    const bytes = frames.reduce((sum, length) => sum + 2 * parseCodec('int8').maximumBytes(length), 0)
    const measured = { perByte: 0.001, fixed: 0, interval: (1.01 * 0.001 * bytes) / AUTO_EXCHANGE_RATIO }
    const choice = chooseCompression(elements, measured)
    expect(choice.codec.name).toBe('int8')
    expect(choice.reason).toContain(`int8 makes it ${(bytes / 1e3).toFixed(1)} kB`)
  })
})

/** A link on which an exchange takes `fixed` milliseconds and one for so many bytes, give or take some. */
interface Link {
  readonly fixed: number
  readonly bytesPerMs: number
}

/** @returns the names of what was chosen, exchange by exchange */
function exchangeOver(
  link: Link,
  times: number,
  choice = createCompressionChoice(10, ELEMENTS),
  noise = 0,
  seed = 'link',
): string[] {
  const random = createRandom(seed)
  return Array.from({ length: times }, () => {
    const { name } = choice.now().codec
    const milliseconds = link.fixed + BYTES[name] / link.bytesPerMs
    choice.intervalEnded(10, INTERVAL)
    choice.exchanged(BYTES[name], milliseconds * (1 + noise * (2 * random.uniform() - 1)), link.fixed / 10)
    return choice.now().codec.name
  })
}

const changes = (names: readonly string[]) => names.filter((name, i) => i > 0 && name !== names[i - 1]).length

const FAST: Link = { fixed: 20, bytesPerMs: 20_000 }
const SLOW: Link = { fixed: 20, bytesPerMs: 1_200 }
const SLOWEST: Link = { fixed: 20, bytesPerMs: 300 }

describe('compression that chooses by itself', () => {
  it('loses nothing before it has measured', () => {
    const choice = createCompressionChoice(10, ELEMENTS)
    expect(choice.now().codec.name).toBe('none')
    expect(choice.now().reason).toBe('none: nothing has been measured yet')
    expect(new Set(exchangeOver(SLOW, AUTO_FEWEST_EXCHANGES - 1, choice))).toEqual(new Set(['none']))
  })

  it('waits for no second exchange where the first took many times what it may', () => {
    const times = AUTO_OBVIOUS * AUTO_EXCHANGE_RATIO
    const hopeless = { fixed: 0, bytesPerMs: BYTES.none / (1.1 * times * INTERVAL) }
    expect(exchangeOver(hopeless, 1)).toEqual(['int8'])
    const long = { fixed: 0, bytesPerMs: BYTES.none / (0.9 * times * INTERVAL) }
    expect(exchangeOver(long, AUTO_FEWEST_EXCHANGES)).toEqual([
      ...Array(AUTO_FEWEST_EXCHANGES - 1).fill('none'),
      'int8',
    ])
  })

  it('loses nothing on a fast link, and says so once it has measured', () => {
    const choice = createCompressionChoice(10, ELEMENTS)
    expect(new Set(exchangeOver(FAST, 50, choice))).toEqual(new Set(['none']))
    expect(choice.now().reason).toMatch(/^none: at \S+ MB\/s a whole exchange of 8.0 MB takes 0.4\d s of the 4.0 s/)
  })

  it.each([
    ['fp16', SLOW],
    ['int8', SLOWEST],
  ])('comes to %s on a slow link', (codec, link) => {
    expect(exchangeOver(link, 20).at(-1)).toBe(codec)
  })

  it('does not flap where times vary by a third around what fits', () => {
    for (const codec of CODECS.slice(0, 2)) {
      const atTheEdge = { fixed: 0, bytesPerMs: BYTES[codec] / SHARE }
      expect(changes(exchangeOver(atTheEdge, 400, undefined, 0.33, codec).slice(20))).toBeLessThanOrEqual(2)
    }
  })

  it('judges a compression by a few exchanges before it picks another', () => {
    const names = exchangeOver({ fixed: 0, bytesPerMs: BYTES.fp16 / SHARE }, 400, undefined, 0.95)
    const changed = names.flatMap((name, i) => (i > 0 && name !== names[i - 1] ? [i] : []))
    const stays = changed.slice(1).map((at, i) => at - changed[i])
    expect(stays.length).toBeGreaterThan(5)
    expect(Math.min(...stays)).toBeGreaterThanOrEqual(AUTO_FEWEST_EXCHANGES)
  })

  it('is not moved by a straggler', () => {
    const choice = createCompressionChoice(10, ELEMENTS)
    exchangeOver(FAST, 20, choice)
    exchangeOver({ fixed: 20, bytesPerMs: 20 }, 1, choice)
    expect(new Set(exchangeOver(FAST, 20, choice))).toEqual(new Set(['none']))
  })

  it('follows a link that becomes slow, and fast again', () => {
    const choice = createCompressionChoice(10, ELEMENTS)
    const names = [FAST, SLOWEST, FAST].map(link => exchangeOver(link, 60, choice).at(-1))
    expect(names).toEqual(['none', 'int8', 'none'])
  })

  it('finds out that compressing does not help, and loses nothing from then on', () => {
    const disk: Link = { fixed: 1.5 * SHARE, bytesPerMs: 50_000 }
    const names = exchangeOver(disk, 400)
    expect(new Set(names.slice(50))).toEqual(new Set(['none']))
  })

  it('with automatic local steps aims at the interval of ten, however long it has become', () => {
    const choice = createCompressionChoice('auto', ELEMENTS)
    for (let i = 0; i < 20; i++) {
      choice.intervalEnded(500, (500 / 10) * INTERVAL)
      choice.exchanged(BYTES[choice.now().codec.name], 20 + BYTES[choice.now().codec.name] / SLOW.bytesPerMs, 2)
    }
    expect(choice.now().codec.name).toBe('fp16')
  })
})
