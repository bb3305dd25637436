/** Rules that are written with numbers. */

import { describe, expect, it } from 'vitest'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { createMessage } from '../../../src/averaging/rule.ts'
import { parseRule } from '../../../src/averaging/rules/registry.ts'
import { UsageError } from '../../../src/errors.ts'
import { none } from '../../../src/parameters/codecs/none.ts'
import { createRandom } from '../../../src/random/random.ts'

const parse = (name: string) => parseRule(name, { aggregator: mean, codec: none })

describe('rules with numbers', () => {
  it.each(['choco:0.046', 'choco:1', 'diloco:1,0', 'noloco:.7,.5', 'mosaic:8', 'sparta:0.005', 'sparta:1'])(
    '%s is a rule of that name',
    name => {
      expect(parse(name).name).toBe(name)
    },
  )

  it.each([
    ['choco:0', 'rule "choco:0": expected choco, or choco:GAMMA with GAMMA above 0 and up to 1'],
    ['diloco:0.7', 'rule "diloco:0.7": expected diloco, or diloco:LR,MU with LR above 0 and MU from 0 to below 1'],
  ])('says of %s what is expected', (name, message) => {
    expect(() => parse(name)).toThrow(new UsageError(message))
  })

  it.each([
    'choco:',
    'choco:1.1',
    'choco:x',
    'choco:1e-2',
    'choco:0.1,0.2',
    'diloco:0,0.9',
    'diloco:0.7,1',
    'diloco:0.7,-0.1',
    'mosaic:1.5',
    'mosaic:0',
    'mosaic:65536',
    'sparta:0',
    'dpsgd:1',
    'none:',
    'toString',
    '__proto__:1',
  ])('refuses %s', name => {
    expect(() => parse(name)).toThrow(UsageError)
  })

  it('deals many fragments, but not more than there are parameters', () => {
    const rule = parse('mosaic:65535')
    const host = { peers: 2, samples: 1, allocate: (length: number) => new Float32Array(length) }
    const message = createMessage(rule.message, 65_535, host)
    const state = rule.start(new Float32Array(65_535), host)
    expect(rule.send(state, { peer: 1, weight: 0.5 }, message, createRandom(1))).toBe(8)
    expect(() => parse('mosaic:8').start(new Float32Array(7), host)).toThrow(
      new UsageError(
        'mosaic:8 cuts the parameters into 8 fragments, and there are 7 of them; the nearest that works is mosaic:7',
      ),
    )
  })

  it('lists how each is written where the name is unknown', () => {
    expect(() => parse('voting')).toThrow(/choco\[:GAMMA\], .*diloco\[:LR,MU\], .*gossip\[:MERGE\]/)
  })
})
