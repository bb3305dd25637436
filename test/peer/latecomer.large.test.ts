import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, hearsay, linesOf, start } from './command-line.ts'

const folder = temporaryFolder()
const data = `csv:${folder.write('blobs.csv', blobs())}`
const LOOPBACK = ['--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--data', data, '--backend', 'wasm']

test('one that stays hands the model to a latecomer, whose data have no part in it, until Ctrl-C', async () => {
  const recipe = folder.write(
    'late.json',
    JSON.stringify({ model: { name: 'linear', shape: [2], classes: 2 }, training: { steps: 40 } }),
  )
  const staying = start(['peer', recipe, ...LOOPBACK, '--stay', '--json'])
  await staying.printed(/"event":"started"/)
  const [address] = /\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+/.exec(staying.soFar().stdout) ?? []
  const join = ['peer', recipe, ...LOOPBACK, '--json', '--connect', String(address)]
  const second = await hearsay(...join)
  expect(second.code, second.stderr).toBe(0)

  const late = await hearsay(...join)
  expect(late.code, late.stderr).toBe(3)
  expect(linesOf(late.stdout).at(-1)).toMatchObject({
    event: 'stopped',
    reason: 'adopted',
    ownSteps: 0,
    inModel: false,
  })
  // It takes the figures, in which its own test samples have no part.
  const judged = linesOf(late.stdout).find(({ event }) => event === 'judged')
  expect(judged).toMatchObject({ members: 2, of: 2, figures: { kind: 'classes' } })
  const same = linesOf(second.stdout).find(({ event }) => event === 'judged')
  expect({ ...judged, time: '' }).toEqual({ ...same, time: '' })
  expect(late.stderr).toMatch(/\nhearsay: this peer came after the end; its data have no part in the model\. [^\n]*\n$/)

  staying.signal('SIGINT')
  const { code, stdout, stderr } = await staying.finished
  expect(code, stderr).toBe(0)
  expect(linesOf(stdout).at(-1)).toMatchObject({ event: 'stopped', reason: 'consensus', inModel: true })
})
