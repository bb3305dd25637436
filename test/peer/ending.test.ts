import { describe, expect, test } from 'vitest'
import {
  describeEnding,
  describeNothingKept,
  type End,
  type Ending,
  type Outcome,
} from '../../peer/commands/peer/ending.ts'
import { describeNext } from '../../peer/what-next.ts'
import { defaultRecipe, parseRecipe } from '../../src/index.ts'

const outcome: Outcome = {
  ownSteps: 1_000,
  exchanges: 95,
  exchangesAsked: 100,
  partners: 3,
  inModel: true,
  leftOut: 0,
  members: 4,
  vanished: 0,
  bytesIn: 1_200_000,
  bytesOut: 1_300_000,
}

const sealed = {
  kind: 'sealed',
  members: 4,
  vanished: 0,
  consensusDistance: 5e-4,
  before: false,
  cutShort: false,
} as const

function ending(end: End, changes: Partial<Outcome> = {}, more: Partial<Ending> = {}): Ending {
  return {
    end,
    outcome: { ...outcome, ...changes },
    quality: 'accuracy 95.2 %',
    target: 1e-3,
    brings: true,
    hasState: false,
    stays: false,
    ...more,
  }
}

const WORK = '1,000 steps on its own data; 95 of 100 exchanges with 3 other peers; 1.2 MB in, 1.3 MB out'
const IN_MODEL = "the model contains this peer's data"
const LATE = { inModel: false, ownSteps: 0, exchanges: 0, exchangesAsked: 0, partners: 0 }

test('a peer that brought no data does not say that they are in the model', () => {
  const { code, lines } = describeEnding(ending(sealed, { ownSteps: 0 }, { brings: false }))
  expect(code).toBe(0)
  expect(lines).not.toContain(IN_MODEL)
  expect(lines).toContain('this peer had nothing to train, and brought no data')
})

test('a peer of a sealed swarm says by how many it was sealed, what it did, and that its data are in the model', () => {
  expect(describeEnding(ending(sealed))).toEqual({
    code: 0,
    lines: [
      "sealed by 4 of 4, agreed within 0.00050; the common model has accuracy 95.2 % on this peer's test samples",
      WORK,
      IN_MODEL,
    ],
  })
})

test('a seal by half of the members says that the others vanished', () => {
  const { lines, code } = describeEnding(ending({ ...sealed, vanished: 2 }, { members: 2, vanished: 2 }))
  expect(lines[0]).toMatch(/^sealed by 2 of 4 \(2 vanished on the way\), agreed within/)
  expect(code).toBe(0)
})

test.each<[what: string, atSeal: number, atEnd: number, words: RegExp]>([
  ['came back and took the seal', 1, 0, /^sealed by 4 of 4, /],
  ['went after the seal', 0, 1, /^sealed by 4 of 4, /],
])('one that %s counts as one of those that sealed', (_what, atSeal, atEnd, words) => {
  expect(describeEnding(ending({ ...sealed, vanished: atSeal }, { vanished: atEnd })).lines[0]).toMatch(words)
})

test('one that took over a seal does not claim to know by how many it was made', () => {
  const { lines } = describeEnding(ending(sealed, LATE))
  expect(lines[0]).toMatch(
    /^the swarm had sealed without this peer, which took over its model; .* accuracy 95\.2 % on this peer's test samples$/,
  )
  expect(lines[2]).toBe("the model does not contain this peer's data")
})

test.each([0.02, 0])('a distance of %d, which is far or was not measured, is not claimed', consensusDistance => {
  const [line] = describeEnding(ending({ ...sealed, consensusDistance })).lines
  expect(line).toMatch(/^sealed by 4 of 4, all of them with the same bytes; /)
  expect(line).not.toMatch(/within|0\.02/)
})

test('steps that came too late for the model are said to be left out', () => {
  expect(describeEnding(ending(sealed, { leftOut: 20 }))).toMatchObject({
    code: 0,
    lines: [expect.anything(), WORK, `${IN_MODEL}, but for the last 20 of the 1,000 steps`],
  })
})

test.each<[what: string, end: End, changes: Partial<Outcome>, more: Partial<Ending>, code: number]>([
  ['sealed', sealed, {}, {}, 0],
  ['sealed in an earlier run', { ...sealed, before: true }, {}, {}, 0],
  ['came after the end', sealed, LATE, {}, 3],
  ['was left out', sealed, { inModel: false, leftOut: 1_000 }, {}, 3],
  ['had nothing to train', sealed, LATE, { brings: false }, 0],
  ['was deserted', { kind: 'deserted' }, { inModel: false }, {}, 3],
  ['was to train alone', { kind: 'alone' }, { inModel: false }, {}, 0],
  ['averages with nobody by its rule', { kind: 'isolated' }, { inModel: false }, {}, 0],
  ['was interrupted before a seal', { kind: 'interrupted' }, { inModel: false }, {}, 130],
  ['was interrupted after the seal', { ...sealed, cutShort: true }, {}, {}, 130],
  ['stayed after the seal until Ctrl-C', { ...sealed, cutShort: true }, {}, { stays: true }, 0],
  ['was to stay, and was interrupted before', { kind: 'interrupted' }, {}, { stays: true }, 130],
  ['adopted a model and stayed', { ...sealed, cutShort: true }, LATE, { stays: true }, 0],
])('a peer that %s has its exit code', (_what, end, changes, more, code) => {
  const told = describeEnding(ending(end, changes, more))
  expect(told.code).toBe(code)
  expect(told.missing === undefined).toBe(code !== 3)
})

test.each<[what: string, end: End, changes: Partial<Outcome>, hasState: boolean, missing: RegExp]>([
  [
    'came late, with state',
    sealed,
    LATE,
    true,
    /came after the end; .* no part in the model\. Train on .*--more STEPS$/,
  ],
  [
    'came late, without',
    sealed,
    LATE,
    false,
    /came after the end; .* no part in the model\. With --state DIR .*--more/,
  ],
  [
    'was left out in part',
    sealed,
    { inModel: false, leftOut: 20 },
    true,
    /sealed without the last 20 of the 1,000 steps of this/,
  ],
  [
    'was left out',
    sealed,
    { inModel: false, leftOut: 1_000 },
    true,
    /sealed without the 1,000 steps of this peer; .* no part in the/,
  ],
  [
    'was deserted, with state',
    { kind: 'deserted' },
    { inModel: false },
    true,
    /^nobody is left .* the same --state when/,
  ],
  ['was deserted, without', { kind: 'deserted' }, { inModel: false }, false, /^nobody is left .*--state DIR .*--alone/],
])('a peer that %s says in one line what is missing and what to do', (_what, end, changes, hasState, missing) => {
  expect(describeEnding(ending(end, changes, { hasState })).missing).toMatch(missing)
})

test('nobody who ended without others claims that anything was agreed on', () => {
  const ends: readonly End[] = [{ kind: 'deserted' }, { kind: 'alone' }, { kind: 'isolated' }, { kind: 'interrupted' }]
  for (const end of ends) {
    const { lines } = describeEnding(ending(end, { inModel: false }))
    expect(lines.join('\n')).not.toMatch(/sealed by|agreed within|common model|the model contains/)
    expect(lines).toContain(WORK)
  }
})

test('one that was interrupted before its first step has nothing to sum up', () => {
  expect(describeEnding(ending({ kind: 'interrupted' }, LATE)).lines).toEqual([])
})

test('more exchanges than were asked for are no share of them', () => {
  const told = describeEnding(ending(sealed, { exchanges: 120, partners: 1 }))
  expect(told.lines[1]).toContain('120 exchanges (100 asked for) with 1 other peer;')
})

test('where nothing was kept, what would have kept it is named', () => {
  expect(describeNothingKept(false)).toMatch(/^the model is thrown away: with --state DIR .* --save FILE/)
  expect(describeNothingKept(true)).toMatch(
    /^the model is thrown away: --save writes it in the end only; with --state DIR/,
  )
})

describe('with a model that was kept, a peer says what to type next:', () => {
  const ofTable = parseRecipe({
    data: { table: { columns: [{ name: 'x', kind: 'number' }], label: { kind: 'class', name: 'y' }, missing: [] } },
  })
  test.each([
    [
      'a table, and a state',
      ofTable,
      { state: './my state', file: 'm.safetensors' },
      [
        "  hearsay predict --state './my state' --data csv:new.csv --out predicted.csv",
        "  hearsay export --state './my state' --to model.onnx",
      ],
    ],
    ['a table, and a file', ofTable, { file: 'm' }, ['  hearsay predict m --data csv:new.csv --out predicted.csv']],
    ['images, and a state', defaultRecipe, { state: 'me' }, ['  hearsay export --state me --to model.onnx']],
  ])('%s', (_, recipe, kept, commands) => {
    expect(describeNext(recipe, kept)).toEqual(['what to do with the model:', ...commands])
  })

  test('nothing where nothing was kept', () => {
    expect(describeNext(ofTable, {})).toEqual([])
    expect(describeNext(defaultRecipe, { file: 'm' })).toEqual([])
  })
})
