import { expect, test } from 'vitest'
import { distinguishable, namesIn } from '../../../src/training/backends/dawn.ts'

test("the names of Dawn's adapters are read from its answer, each that can be reached once", () => {
  const answer = [
    'no suitable backends found',
    'Available adapters:',
    " * backend: 'vulkan', name: 'Card 3090'",
    " * backend: 'vulkan', name: 'Card 3090 Ti'",
    " * backend: 'vulkan', name: 'Other (R)'",
    " * backend: 'opengl', name: 'Other (R)'",
  ]
  const names = namesIn(answer.join('\n'))
  expect(names).toEqual(['Card 3090', 'Card 3090 Ti', 'Other (R)', 'Other (R)'])
  expect(distinguishable(names)).toEqual(['Card 3090', 'Card 3090 Ti', 'Other (R)'])
  // Dawn looks for the name within the adapters', and finds it in the first.
  expect(distinguishable(['Card 3090 Ti', 'Card 3090'])).toEqual(['Card 3090 Ti'])
})
