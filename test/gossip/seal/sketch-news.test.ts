import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { UNMOVED_SHARE } from '../../../src/gossip/membership/constants.ts'
import { RESTING_EXCHANGES } from '../../../src/gossip/seal/constants.ts'
import { createSketchNews } from '../../../src/gossip/seal/sketch-news.ts'

const TARGET = 0.1

/** A peer among so many, whose sketch is moved along. */
function createMoved(peers: number) {
  let at = 1
  let sketch = Float32Array.of(at)
  const clock = createVirtualClock()
  const news = createSketchNews({
    target: TARGET,
    clock,
    membership: { size: () => peers },
    choice: { sketch: () => sketch },
  })
  return {
    clock,
    news,
    move(distance: number) {
      at += distance
      sketch = Float32Array.of(at)
    },
    /** Exchanges that move nothing. */
    rests: (exchanges: number) => Array.from({ length: exchanges }, news.rests),
  }
}

test('a sketch differs from what was told where it has moved by more than matters', () => {
  const { news, move } = createMoved(80)
  expect(news.differs()).toBe(true)
  news.told()
  expect(news.differs()).toBe(false)
  move(0.9 * UNMOVED_SHARE * TARGET)
  expect(news.differs()).toBe(false)
  move(0.2 * UNMOVED_SHARE * TARGET)
  expect(news.differs()).toBe(true)
  news.told()
  expect(news.differs()).toBe(false)
})

test('a peer that was moved rests once some exchanges in a row have not moved it, and says so once', () => {
  const { news, move, rests } = createMoved(80)
  news.told()
  expect(rests(10)).not.toContain(true)
  move(0.5)
  expect(rests(1 + RESTING_EXCHANGES)).toEqual([...Array.from({ length: RESTING_EXCHANGES }, () => false), true])
  expect(rests(10)).not.toContain(true)
})

test('a peer that is moved by every exchange does not rest', () => {
  const { news, move } = createMoved(80)
  news.told()
  for (let i = 0; i < 100; i++) {
    move(0.1)
    expect(news.rests()).toBe(false)
  }
})

test('where few are, nothing depends on it', () => {
  const { news, move, rests } = createMoved(8)
  news.told()
  move(0.5)
  expect(rests(10)).not.toContain(true)
})
