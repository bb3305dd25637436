import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAggregator } from '../src/averaging/aggregators/registry.ts'
import { parseAttack } from '../src/averaging/attacks/registry.ts'
import { parseTopology } from '../src/averaging/topologies/registry.ts'
import {
  AGGREGATORS,
  ATTACKS,
  type Choices,
  CODECS,
  formOf,
  formsOf,
  MODELS,
  PARTITIONS,
  parameterOf,
  TOPOLOGIES,
} from '../src/catalogue.ts'
import { parsePartition } from '../src/data/partition.ts'
import { parseCodec } from '../src/parameters/codecs/registry.ts'
import { BACKENDS } from '../src/training/backends/registry.ts'
import { parseModel } from '../src/training/models.ts'

/** A parameter that each letter may stand for. */
const EXAMPLES: Readonly<Record<string, string>> = { P: '0.5', FRACTION: '0.5', FILE: 'x.json', EDGES: 'x.txt' }

/** The form with a number, or a file, in the place of its letters; what may be left out is. */
function written(form: string): string {
  const [name, letters] = form.replace(/\[.*\]/, '').split(':')
  return letters === undefined ? name : `${name}:${EXAMPLES[letters] ?? '2'}`
}

test.each([
  ['topology', TOPOLOGIES, (text: string) => parseTopology(text, { seed: 1, edges: '0 1' })],
  ['aggregator', AGGREGATORS, parseAggregator],
  ['attack', ATTACKS, parseAttack],
  ['codec', CODECS, parseCodec],
  ['partition', PARTITIONS, parsePartition],
  ['model', MODELS, parseModel],
])('every %s is written as the catalogue says', (_, choices: Choices, parse) => {
  for (const form of formsOf(choices)) expect(() => parse(written(form)), form).not.toThrow()
})

test('a parameter has the letter of its form', () => {
  expect(parameterOf(AGGREGATORS, 'clipped')).toBe('TAU')
  expect(formOf(MODELS, 'mlp')).toBe('mlp[:H,H…]')
})

test('what a backend has the user install is an optional peer dependency', () => {
  const { peerDependenciesMeta } = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const { packages } of BACKENDS)
    for (const name of packages) expect(peerDependenciesMeta[name]).toEqual({ optional: true })
})
