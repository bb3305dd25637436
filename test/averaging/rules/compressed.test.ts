/** Rules whose messages travel compressed: what they keep, what they refuse, and what they cost. */

import { describe, expect, it } from 'vitest'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { compressWithFeedback } from '../../../src/averaging/error-feedback.ts'
import { MixingError, mixingMatrix } from '../../../src/averaging/mixing.ts'
import { createMessage } from '../../../src/averaging/rule.ts'
import { parseRule } from '../../../src/averaging/rules/registry.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { onePeerExponential } from '../../../src/averaging/topologies/one-peer-exponential.ts'
import { pairwise } from '../../../src/averaging/topologies/pairwise.ts'
import { randomRegular } from '../../../src/averaging/topologies/random-regular.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import { UsageError } from '../../../src/errors.ts'
import { compress } from '../../../src/parameters/codecs/compress.ts'
import { parseCodec } from '../../../src/parameters/codecs/registry.ts'
import { createRandom } from '../../../src/random/random.ts'
import { consensusError, meanDrift, normalStart } from '../../conformance/problems/consensus-error.ts'
import { driveRule } from '../drive-rule.ts'

const withCodec = (rule: string, codec: string) => parseRule(rule, { aggregator: mean, codec: parseCodec(codec) })

describe('what a rule may send compressed', () => {
  it.each([
    ['dpsgd', 'int8'],
    ['dpsgd', 'fp16'],
    ['adpsgd', 'int8'],
    ['noloco', 'fp16'],
    ['choco', 'qsgd:16'],
    ['choco:0.5', 'fp16'],
    ['diloco', 'topk:0.01'],
    ['allreduce', 'randk:0.1'],
  ])('%s sends %s', (rule, codec) => {
    expect(withCodec(rule, codec).name).toBe(rule)
  })

  it.each(['dpsgd', 'adpsgd', 'noloco'])('%s sends no sparse parameters', rule => {
    expect(() => withCodec(rule, 'topk:0.01')).toThrow(
      new UsageError(
        `${rule} sends whole parameters, of which topk:0.01 would lose too much; the nearest that works is --rule choco with topk:0.01, or ${rule} with fp16 or int8`,
      ),
    )
    expect(() => withCodec(rule, 'qsgd:16')).toThrow(UsageError)
  })

  it.each(['gradient-tracking', 'push-sum', 'gossip', 'sparta'])('%s sends its vectors as they are', rule => {
    expect(() => withCodec(rule, 'int8')).toThrow(
      `${rule} sends its vectors as they are: compression is none, not int8; the nearest that works is --rule dpsgd, or ${rule} with none`,
    )
    expect(() => withCodec(rule, 'topk:0.1')).toThrow(/the nearest that works is --rule choco, or /)
  })

  it('rules of everybody’s mean are recommended another of them', () => {
    for (const codec of ['int8', 'topk:0.1']) {
      expect(() => withCodec('fedavg', codec)).toThrow(
        /the nearest that works is --rule allreduce, or fedavg with none$/,
      )
    }
  })

  it.each(['diloco', 'allreduce'])('%s needs every message where it says only how far it came', rule => {
    expect(withCodec(rule, 'topk:0.1').constantLinks).toBe(true)
    expect(withCodec(rule, 'none').constantLinks ?? false).toBe(false)
  })

  it('choco wants a step size where the codec promises nothing', () => {
    expect(() => withCodec('choco', 'fp16')).toThrow(/write choco:GAMMA, as choco:1, or take dpsgd/)
  })
})

describe('choco', () => {
  it.each([
    ['topk:0.01', complete],
    ['topk:0.1', complete],
    ['randk:0.05', complete],
    ['randk:0.05', randomRegular(4, 1)],
    ['qsgd:1', randomRegular(4, 1)],
    ['qsgd:16', ring],
    ['int8', ring],
    ['none', ring],
  ])('agrees over %s by its own step size', (codec, topology) => {
    const start = normalStart(8, 100, 'choco')
    const swarm = driveRule(withCodec('choco', codec), start)
    const W = mixingMatrix(topology, 8, 0)
    for (let round = 0; round < 500; round++) swarm.round(W)
    expect(consensusError(swarm.estimates()) / consensusError(start)).toBeLessThan(0.2)
    expect(meanDrift(start, swarm.estimates())).toBeLessThan(1e-13)
  })

  it('without compression and with γ = 1 is D-PSGD', () => {
    const start = normalStart(7, 20, 'choco')
    const [choco, dpsgd] = [driveRule(withCodec('choco', 'none'), start), driveRule(withCodec('dpsgd', 'none'), start)]
    const updates = () => normalStart(7, 20, 'updates')
    for (let round = 0; round < 5; round++) {
      for (const swarm of [choco, dpsgd]) swarm.round(mixingMatrix(ring, 7, 0), updates)
    }
    choco.estimates().forEach((x, i) => {
      x.forEach((value, p) => {
        expect(value).toBeCloseTo(dpsgd.estimates()[i][p], 12)
      })
    })
  })

  it('sends what its codec takes', () => {
    const swarm = driveRule(withCodec('choco', 'randk:0.1'), normalStart(4, 1_000, 'bytes'))
    swarm.round(mixingMatrix(complete, 4, 0))
    // To all, said once.
    expect(swarm.bytes()).toBe(4 * (4 + 4 * 100))
  })

  it('refuses links that change, and messages that are missing', () => {
    const swarm = driveRule(withCodec('choco', 'topk:0.1'), normalStart(6, 20, 'links'))
    swarm.round(mixingMatrix(onePeerExponential, 6, 0))
    expect(() => swarm.round(mixingMatrix(onePeerExponential, 6, 1))).toThrow(MixingError)
    const lossy = driveRule(withCodec('choco', 'topk:0.1'), normalStart(6, 20, 'links'))
    lossy.round(mixingMatrix(ring, 6, 0))
    expect(() =>
      lossy.round(
        mixingMatrix(ring, 6, 0),
        () => normalStart(6, 20, 'updates'),
        from => from !== 3,
      ),
    ).toThrow(MixingError)
  })
})

describe('whole parameters over a codec that rounds', () => {
  it.each([
    ['dpsgd', 'fp16'],
    ['dpsgd', 'int8'],
    ['adpsgd', 'int8'],
    ['noloco:1,0', 'int8'],
  ])('%s over %s keeps the mean, and agrees as far as a step of the codec', (rule, codec) => {
    const start = normalStart(16, 300, 'rounding')
    const swarm = driveRule(withCodec(rule, codec), start)
    for (let round = 0; round < 60; round++) {
      swarm.round(mixingMatrix(rule === 'dpsgd' ? complete : pairwise('rounding'), 16, round))
    }
    expect(meanDrift(start, swarm.estimates())).toBeLessThan(1e-14)
    expect(consensusError(swarm.estimates()) / consensusError(start)).toBeLessThan(1e-4)
  })
})

describe('what arrives', () => {
  const [x] = normalStart(1, 300, 'said')
  const allocate = (length: number) => new Float64Array(length)

  it.each(['dpsgd', 'adpsgd', 'noloco', 'choco'])('from %s is what was decoded, and counted in bytes', name => {
    const rule = withCodec(name, 'int8')
    const state = rule.start(x, { peers: 2, samples: 1, allocate })
    const message = createMessage(rule.message, x.length, { allocate })
    const expected = new Float64Array(x.length)
    const bytes = compress(parseCodec('int8'), x, createRandom(1), expected)
    expect(rule.send(state, { peer: 1, weight: 1 / 2 }, message, createRandom(1))).toBe(bytes)
    expect(message.vectors[0]).toEqual(expected)
  })
})

describe('differences with error feedback', () => {
  it.each(['diloco:1,0', 'allreduce'])('%s keeps everybody on the same parameters', rule => {
    const [origin] = normalStart(1, 100, 'origin')
    const swarm = driveRule(
      withCodec(rule, 'topk:0.05'),
      Array.from({ length: 4 }, () => origin),
    )
    const updates = normalStart(4, 100, 'updates')
    for (let round = 0; round < 30; round++) swarm.round(mixingMatrix(complete, 4, 0), () => updates)
    expect(consensusError(swarm.estimates())).toBe(0)
  })

  it('sends in the end all that was to be said', () => {
    const [memory, sent, total] = [new Float64Array(100), new Float64Array(100), new Float64Array(100)]
    const [update] = normalStart(1, 100, 'said')
    memory.set(update)
    for (let round = 0; round < 20; round++) {
      compressWithFeedback(parseCodec('topk:0.05'), memory, createRandom(1), sent)
      sent.forEach((value, p) => {
        total[p] += value
      })
    }
    // Values travel as float32.
    total.forEach((value, p) => {
      expect(value).toBeCloseTo(update[p], 6)
    })
  })
})
