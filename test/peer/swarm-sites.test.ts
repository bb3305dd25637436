import { expect, test } from 'vitest'
import { prepareSites, type SitesOptions } from '../../peer/commands/swarm/sites.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder()
const rows = (header: string, row: (i: number) => string) =>
  `csv:${folder.write(`${header}.csv`, [header, ...Array.from({ length: 40 }, (_, i) => row(i))].join('\n'))}`
const one = rows('x,y,label', i => `${1.5 * i},${i % 7},${i % 2}`)
const other = rows('y,x,label', i => `${i % 7},${1.5 * i},${i % 2}`)
const common = { flags: {}, seed: 1, trainingSeed: undefined, strict: undefined, warn() {} } as const
const prepare = (options: Pick<SitesOptions, 'sources' | 'file' | 'task'>) => prepareSites({ ...common, ...options })

test('a recipe is made of what all tables have, and every peer reads its own by it', async () => {
  const { recipe, data } = await prepare({ sources: [one, other], file: undefined, task: undefined })
  expect(recipe.model).toMatchObject({ shape: [2], classes: 2, classNames: ['0', '1'] })
  expect(data.map(({ train }) => train.featureNames)).toEqual([
    ['x', 'y'],
    ['x', 'y'],
  ])
})

test('a task that the file of the recipe is not of is refused, and not passed over', async () => {
  const { recipe } = await prepare({ sources: [one], file: undefined, task: undefined })
  const file = folder.write('recipe.json', JSON.stringify(recipe))
  expect((await prepare({ sources: [one, other], file, task: 'classify' })).recipe.objective.task).toBe('classify')
  await expect(prepare({ sources: [one, other], file, task: 'regress' })).rejects.toThrow('as the task regress')
})
