import { expect, test } from 'vitest'
import { startProgram } from '../peer/command-line.ts'

test('three peers, none of which has points enough, find the line that all points have in one place', async () => {
  const { code, stdout, stderr } = await startProgram('examples/own-trainer/main.ts', []).finished
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = [...stdout.matchAll(/^(.+?) +y = (-?[\d.]+) x \+ (-?[\d.]+) +squared error ([\d.]+)$/gm)]
  const [pooled, ...peers] = lines.map(([, who, ...numbers]) => ({ who, numbers: numbers.map(Number) }))
  expect(pooled.who).toBe('all in one place')
  const alone = peers.filter(({ who }) => who.endsWith('alone'))
  const together = peers.filter(({ who }) => who.endsWith('together'))
  expect([alone.length, together.length]).toEqual([3, 3])
  for (const { numbers } of alone) expect(numbers[2]).toBeGreaterThan(2 * pooled.numbers[2])
  for (const { numbers } of together) {
    expect(numbers).toEqual(together[0].numbers)
    expect(Math.abs(numbers[0] - pooled.numbers[0])).toBeLessThan(0.1)
    expect(Math.abs(numbers[1] - pooled.numbers[1])).toBeLessThan(0.1)
  }
})
