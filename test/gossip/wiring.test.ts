import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const source = readFileSync(new URL('../../src/gossip/gossip.ts', import.meta.url), 'utf8')
const body = source.slice(source.indexOf('export async function createGossip')).replaceAll(/\/\/.*/g, '')

/** Every part of the body that is given a name, and where. */
const parts = [...body.matchAll(/^ {2}const (\w+) = /gm)].map(({ 1: name, index }) => ({ name, index }))

test('the core is wired from many parts', () => {
  expect(parts.length).toBeGreaterThan(40)
})

test('the wiring holds nothing itself: it has no variables, no functions and no decisions', () => {
  const wiring = body.slice(body.indexOf('{') + 1, body.lastIndexOf('  return {'))
  expect(wiring).not.toMatch(/\b(?:let|var|function|if|for|while)\b|=>/)
})

test.each(parts)('$name is named before anything uses it', ({ name, index }) => {
  const first = body.slice(0, index).match(new RegExp(`(?<![.\\w])${name}\\b(?!:)`, 'g'))
  expect(first).toBeNull()
})
