import { describe, expect, it } from 'vitest'
import { exchangeDifference } from '../../src/averaging/exchange.ts'
import { mixingMatrix } from '../../src/averaging/mixing.ts'
import type { OuterStep } from '../../src/averaging/outer-step.ts'
import { parseRule, plainParts } from '../../src/averaging/rules/registry.ts'
import { complete } from '../../src/averaging/topologies/complete.ts'
import { UsageError } from '../../src/errors.ts'
import { addScaled, distance, LengthMismatchError, preciseMeanOf, type Vector } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'
import { driveRule } from './drive-rule.ts'

const LENGTH = 7

/** Vectors of which training gives other ones, in every round. */
function vectors(count: number, seed: string): Float32Array<ArrayBuffer>[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => Float32Array.from({ length: LENGTH }, () => random.uniform() - 0.5))
}

const parse = (name: string) => parseRule(name, plainParts)

function outerStep(rule: string, parameters: Float32Array): OuterStep {
  const outer = parse(rule).live?.outerStep?.(parameters)
  if (outer === undefined) throw new Error(`${rule} has no outer step`)
  return outer
}

/** Peers as they are deployed: whatever changes their parameters adds a difference. */
function livePeers(rule: string, start: readonly Float32Array[]) {
  const peers = start.map(parameters => ({ parameters: parameters.slice(), outer: outerStep(rule, parameters) }))
  return {
    parameters: () => peers.map(({ parameters }) => parameters),
    /** Training, an exchange of everybody with everybody at this weight, and the outer steps. */
    round(updates: readonly Vector[], weight: number) {
      peers.forEach(({ parameters }, i) => {
        addScaled(parameters, 1, updates[i])
      })
      const snapshots = peers.map(({ parameters }) => parameters.slice())
      peers.forEach(({ parameters }, i) => {
        snapshots.forEach((theirs, j) => {
          if (i === j) return
          const difference = new Float32Array(LENGTH)
          exchangeDifference(snapshots[i], theirs, weight, difference)
          addScaled(parameters, 1, difference)
        })
      })
      for (const { parameters, outer } of peers) addScaled(parameters, 1, outer.step(parameters))
    },
  }
}

describe('the outer step of a live peer', () => {
  it.each([
    ['noloco', 2],
    ['noloco:0.4,0.8', 2],
    ['diloco', 2],
    ['diloco', 5],
    ['diloco:1,0.3', 3],
  ])('with %s gives %i peers the numbers of the rule that the simulations drive', (name, count) => {
    const start = vectors(1, 'start').flatMap(x => Array.from({ length: count }, () => x))
    const live = livePeers(name, start)
    const driven = driveRule(parse(name), start)
    for (let round = 0; round < 8; round++) {
      const updates = vectors(count, `round ${round}`)
      live.round(updates, 1 / count)
      driven.round(mixingMatrix(complete, count, 0), () => updates)
    }
    driven.estimates().forEach((expected, i) => {
      expect(distance(live.parameters()[i], expected)).toBeLessThan(3e-6)
    })
    expect(distance(live.parameters()[0], start[0])).toBeGreaterThan(0.1)
  })

  it.each([
    ['noloco', 0.5],
    ['noloco', 1 / 3],
    ['noloco', 0],
  ])('with %s moves the mean by momentum along the mean update at a weight of %d', (name, weight) => {
    const start = vectors(2, 'apart')
    const live = livePeers(name, start)
    const expected = preciseMeanOf(start)
    const delta = new Float64Array(LENGTH)
    for (let round = 0; round < 8; round++) {
      const updates = vectors(2, `round ${round}`)
      live.round(updates, weight)
      const update = preciseMeanOf(updates)
      for (let p = 0; p < LENGTH; p++) {
        delta[p] = 0.5 * delta[p] + 0.7 * update[p]
        expected[p] += delta[p]
      }
    }
    expect(distance(preciseMeanOf(live.parameters()), expected)).toBeLessThan(3e-6)
  })

  it.each([0.5, 1 / 3, 1 / 4])('leaves 1 − 2wη of what two peers differ by, at a weight w of %d', weight => {
    const start = vectors(2, 'apart')
    const live = livePeers('noloco:0.7,0', start)
    live.round(
      vectors(2, 'none').map(x => x.fill(0)),
      weight,
    )
    const [a, b] = live.parameters()
    expect(distance(a, b) / distance(start[0], start[1])).toBeCloseTo(1 - 2 * weight * 0.7, 5)
  })

  it.each(['noloco:1,0', 'diloco:1,0'])('%s adds nothing to what averaging gave', rule => {
    const [start, reached] = vectors(2, 'plain')
    const difference = outerStep(rule, start).step(reached)
    expect(Math.max(...difference.map(Math.abs))).toBeLessThan(1e-7)
  })

  it('adds nothing where nothing was trained yet', () => {
    const [start] = vectors(1, 'start')
    expect([...outerStep('diloco', start).step(start)]).toEqual(Array.from({ length: LENGTH }, () => 0))
  })

  it('leaves the parameters that it is given alone', () => {
    const [start, reached] = vectors(2, 'alone')
    const before = reached.slice()
    outerStep('noloco', start).step(reached)
    expect(reached).toEqual(before)
  })

  it('does not take for training what is rounded when its difference is added', () => {
    const parameters = Float32Array.from({ length: 100 }, (_, i) => 1_000 * Math.PI * (i + 1))
    const outer = outerStep('diloco:0.3,0', new Float32Array(100))
    addScaled(parameters, 1, outer.step(parameters))
    expect(outer.step(parameters)).toEqual(new Float32Array(100))
  })

  it.each(['noloco', 'diloco'])('with %s gives frame by frame what it gives at once', rule => {
    const [start, first, second] = vectors(3, 'frames')
    const [whole, framed] = [outerStep(rule, start), outerStep(rule, start)]
    for (const reached of [first, second]) {
      const parts = [framed.step(reached.subarray(0, 3), 0), framed.step(reached.subarray(3), 3)]
      expect(parts.flatMap(part => [...part])).toEqual([...whole.step(reached)])
    }
  })

  it('refuses what lies beyond its parameters', () => {
    const [start] = vectors(1, 'start')
    expect(() => outerStep('noloco', start).step(start, 1)).toThrow(LengthMismatchError)
  })
})

describe('the state of an outer step', () => {
  const [start, first, second] = vectors(3, 'state')

  it.each(['noloco', 'diloco'])('with %s goes on after a restart as if there had been none', rule => {
    const outer = outerStep(rule, start)
    outer.step(first)
    const resumed = outerStep(rule, first)
    resumed.restore({ ...outer.state(), moments: first })
    expect(resumed.step(second)).toEqual(outer.step(second))
  })

  it('is a copy: a checkpoint that is being written does not change', () => {
    const outer = outerStep('noloco', start)
    const state = outer.state()
    const before = structuredClone(state)
    outer.step(first)
    expect(state).toEqual(before)
  })

  it('may be missing from a checkpoint: then the outer step begins from the parameters', () => {
    const outer = outerStep('noloco', start)
    outer.restore({ moments: first })
    expect(outer.step(second)).toEqual(outerStep('noloco', start).step(second))
  })

  it('begins anew from parameters that were taken from others', () => {
    const outer = outerStep('diloco', start)
    outer.step(first)
    outer.restart(second)
    expect(outer.step(second)).toEqual(new Float32Array(LENGTH))
  })

  it('is refused where it is of another model', () => {
    const other = outerStep('noloco', new Float32Array(LENGTH + 1))
    expect(() => outerStep('noloco', start).restore(other.state())).toThrow(LengthMismatchError)
  })
})

describe('a rule', () => {
  it.each(['adpsgd', 'dpsgd', 'choco:0.5', 'allreduce', 'none'])('%s has no outer step', rule => {
    expect(parse(rule).live?.outerStep).toBeUndefined()
  })

  it.each(['diloco:0', 'noloco:0.7', 'noloco:', 'voting'])('that is written %s is refused', rule => {
    expect(() => parse(rule)).toThrow(UsageError)
  })
})
