import { formOf, SOURCES } from '../catalogue.ts'
import { SourceError } from './errors.ts'
import { shuffledOrder } from './shuffle.ts'
import { splitLastFifth } from './split.ts'
import { type TabularSource, tabularSource } from './table/table-source.ts'

const table = tabularSource('npy', async path => {
  const { openNpy } = await import('./table/open-npy.ts')
  return await openNpy(path)
})

/** Arrays of NumPy: one of two dimensions as a table without names, or samples of any shape and their labels in a second file. */
export const npy: TabularSource = {
  async open(argument) {
    if (!namesTwo(argument)) return await table.open(argument)
    throw new SourceError(`"npy:${argument}" names two arrays, which are no table; expected npy:FILE`)
  },
  async load(argument, options) {
    if (!namesTwo(argument)) return await table.load(argument, options)
    const [inputs, labels, ...others] = argument.split(',')
    if (inputs === '' || labels === '' || others.length > 0) {
      throw new SourceError(`"npy:${argument}" names not two files; expected ${formOf(SOURCES, 'npy')}`)
    }
    const { readNpy } = await import('./table/read-npy.ts')
    const dataset = await readNpy(inputs, labels, { task: options.task, memoryLimitBytes: options.memoryLimitBytes })
    return splitLastFifth(dataset, options.samples, shuffledOrder(dataset, options.seed))
  },
}

/** A comma before the parameters. */
function namesTwo(argument: string): boolean {
  return argument.split('?')[0].includes(',')
}
