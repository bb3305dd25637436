import { describe, expect, it } from 'vitest'
import { hiddenDeviations } from '../../../src/averaging/attacks/alie.ts'
import type { AttackView } from '../../../src/averaging/attacks/attack.ts'
import { normalQuantile } from '../../../src/averaging/attacks/normal-quantile.ts'
import { attackNames, parseAttack } from '../../../src/averaging/attacks/registry.ts'
import { UsageError } from '../../../src/errors.ts'
import { createRandom } from '../../../src/random/random.ts'

const NAMES = attackNames.map(name => name.replace(/:[A-Z]+$/, ':2.5'))

/** A receiver at 2, honest neighbours at 4 and 6, and byzantine peers with as much weight as these together. */
function view(): AttackView {
  return {
    own: Float32Array.of(1, -2, 0.5),
    receiver: Float32Array.of(2, 2, 2),
    honest: [
      { weight: 0.1, vector: Float32Array.of(4, 4, 4) },
      { weight: 0.2, vector: Float32Array.of(6, 6, 6) },
    ],
    byzantine: { count: 2, weight: 0.3 },
    random: createRandom('attack'),
  }
}

function told(name: string, from = view()): number[] {
  const out = new Float32Array(3)
  parseAttack(name).forge?.(from, out)
  return [...out]
}

describe.each(NAMES)('the attack %s', name => {
  it('has the name it was parsed from', () => {
    expect(parseAttack(name).name).toBe(name)
  })

  it('lies in its messages or in its labels, not in both', () => {
    const { forge, relabel } = parseAttack(name)
    expect([forge, relabel].filter(way => way !== undefined)).toHaveLength(1)
  })

  it('says the same to the same situation, and leaves that as it is', () => {
    const situation = view()
    expect(told(name, situation)).toEqual(told(name))
    const { random: _, ...vectors } = situation
    const { random: __, ...before } = view()
    expect(vectors).toEqual(before)
  })
})

it('sign-flip says the negative', () => {
  expect(told('sign-flip')).toEqual([-1, 2, -0.5])
})

it('nan says what no peer may merge', () => {
  expect(told('nan')).toEqual([Number.NaN, Number.NaN, Number.NaN])
})

it('label-flip mirrors the classes', () => {
  expect([0, 1, 9].map(label => parseAttack('label-flip').relabel?.(label, 10))).toEqual([9, 8, 0])
})

it('ipm says a tenth of the mean of the honest, backwards', () => {
  for (const value of told('ipm')) expect(value).toBeCloseTo(-0.4, 6)
})

it('dissensus pulls against the honest neighbours, with all of their weight', () => {
  // The honest pull by 0.1 · 2 + 0.2 · 4 = 1, and the byzantine peers weigh 0.3.
  for (const value of told('dissensus')) expect(value).toBeCloseTo(2 - 1 / 0.3, 6)
  for (const value of told('dissensus:1.5')) expect(value).toBeCloseTo(2 - 1.5 / 0.3, 6)
})

it('alie is so many standard deviations below the mean of the honest and the receiver', () => {
  for (const value of told('alie:10')) expect(value).toBeCloseTo(4 - 10 * 2, 5)
})

it('alie hides as far out as the numbers of honest and byzantine peers allow', () => {
  // Five altogether: one of three honest peers is missing from a majority.
  for (const value of told('alie')) expect(value).toBeCloseTo(4 - normalQuantile(2 / 3) * 2, 5)
  expect(hiddenDeviations(4, 2)).toBe(0)
  expect(hiddenDeviations(5, 11)).toBe(normalQuantile(4 / 5))
  expect(hiddenDeviations(1, 3)).toBe(0)
})

it('alie with nobody to hide among says what the receiver says', () => {
  expect(told('alie', { ...view(), honest: [] })).toEqual([2, 2, 2])
})

it.each([
  [0.5, 0],
  [0.6, 0.2533471031357998],
  [0.975, 1.9599639845400536],
  [0.001, -3.090232306167813],
])('the normal quantile of %f is %f', (p, z) => {
  expect(normalQuantile(p)).toBeCloseTo(z, 12)
})

describe('parsing', () => {
  it('lists the attacks where the name is unknown', () => {
    expect(() => parseAttack('lie')).toThrow(
      new UsageError(
        'unknown attack "lie"; accepted are sign-flip, gaussian, label-flip, alie, ipm, dissensus, nan, alie:Z, dissensus:EPSILON',
      ),
    )
    for (const text of ['', 'nan:1', 'valueOf:1']) expect(() => parseAttack(text)).toThrow('unknown attack')
  })

  it.each([
    ['dissensus:', '"dissensus:" has no valid EPSILON; expected a number above 0, such as dissensus:1.5'],
    ['alie:0', '"alie:0" has no valid Z'],
    ['alie:-1', '"alie:-1" has no valid Z'],
  ])('refuses "%s"', (text, message) => {
    expect(() => parseAttack(text)).toThrow(message)
  })

  it('calls the dissensus of strength 1 by its plain name', () => {
    expect(parseAttack('dissensus:1').name).toBe('dissensus')
  })
})
