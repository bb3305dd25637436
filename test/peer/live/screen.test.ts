import { expect, test } from 'vitest'
import { createScreen, type Render } from '../../../peer/live/screen.ts'
import { createEmulatedTerminal } from './emulated-terminal.ts'

/** A frame of three lines as wide as the terminal allows, which says so. */
const frame: Render = ({ columns }) => ['top', `columns ${columns} `.padEnd(columns - 1, '='), 'bottom'].join('\n')

test('lines that are said stay above one frame, in their order', async () => {
  const { stream, lines } = createEmulatedTerminal(40, 10)
  const screen = createScreen(stream, true)
  for (let i = 0; i < 30; i++) {
    screen.draw(() => `frame ${i}\nlast line`)
    screen.above(() => void stream.write(`line ${i}\n`))
  }
  expect(await lines()).toEqual([...Array.from({ length: 30 }, (_, i) => `line ${i}`), 'frame 29', 'last line'])
})

test.each([
  ['that breaks lines anew', true],
  ['that cuts them off', false],
])(
  'a terminal %s keeps nothing of an old frame when its width changes, and all that was said',
  async (_what, reflows) => {
    const { stream, lines, resize } = createEmulatedTerminal(100, 24, reflows)
    const screen = createScreen(stream, reflows)
    stream.write('first\nsecond\n')
    screen.draw(frame)
    for (const columns of [61, 30, 24, 80, 20, 100]) {
      await resize(columns, 24)
      expect((await lines()).slice(2), `at ${columns} columns`).toEqual(frame({ columns, rows: 24 }).split('\n'))
      expect((await lines()).slice(0, 2)).toEqual(['first', 'second'])
    }
  },
)

test('a frame that is left stays, one that is cleared goes, and neither comes back', async () => {
  const { stream, lines, resize } = createEmulatedTerminal(40, 10)
  const screen = createScreen(stream, true)
  screen.draw(() => 'left')
  screen.leave()
  screen.draw(() => 'cleared')
  screen.clear()
  screen.above(() => void stream.write('said\n'))
  await resize(30, 10)
  expect(await lines()).toEqual(['left', 'said'])
  expect(stream.listenerCount('resize')).toBe(0)
})
