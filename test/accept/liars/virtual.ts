import { join } from 'node:path'
import { count, bytes as size } from '../../../peer/words.ts'
import { loadDataset } from '../../../src/data/sources.ts'
import { parseRecipe } from '../../../src/recipe/recipe.ts'
import { type ForgedWorldOptions, forgedWorld } from '../../attacks/forging/forged-world.ts'
import { forgeryNamed } from '../../attacks/forging/forgeries.ts'
import { missingData, realData } from '../../data/real-data.ts'
import { createRows, type Item, type ItemOptions, type Row } from '../row.ts'
import { AGGREGATOR, type Outcome, rowOf, type Setting, settings } from './outcome.ts'

/**
 * A swarm of which a seal is asked has so long on the virtual clock, in seconds: who keeps the others from ending is waited for most of a minute
 * after the last step.
 */
const SEAL_LIMIT_S = 120

interface Swarm extends Pick<ForgedWorldOptions, 'peers' | 'liars' | 'partition' | 'limit'> {
  readonly source: 'digits' | 'mnist'
  readonly rule: string
  readonly steps: number
  /** Whether nothing is asked of it. */
  readonly isShown?: boolean
}

/** The source as it is loaded; undefined where the data are not there. */
function sourceOf(source: Swarm['source']): string | undefined {
  if (source === 'digits') return source
  const folder = realData('mnist-10k')
  const files = ['images-idx3', 'labels-idx1'].map(name => join(folder ?? '', `t10k-${name}-ubyte.gz`))
  return folder && `idx:${files.join(',')}`
}

async function run(swarm: Swarm, options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  const source = sourceOf(swarm.source)
  if (source === undefined) {
    rows.add({ asked: 'the data are there', measured: missingData('mnist-10k'), passed: false })
    return rows.all()
  }
  const { first: seed = 1, log } = options
  const data = await loadDataset(source, { seed })
  const { rule, isShown } = swarm
  const measure = async ({ forgery, aggregator, sketchOf }: Setting): Promise<Outcome> => {
    const recipe = parseRecipe({ averaging: { rule, aggregator }, training: { steps: swarm.steps, seed } })
    const lie = forgery === undefined ? undefined : forgeryNamed(forgery)
    const { trouble, exchanges, lies, bytes, seconds, ...ended } = await forgedWorld({
      ...swarm,
      ...{ recipe, data, forgery: lie, sketchOf, seed, log },
      ...(aggregator !== 'mean' && { limit: SEAL_LIMIT_S }),
    })
    const after = `${count(Math.round(exchanges / 2))} exchanges while it trained, ${count(lies)} lies, ${size(bytes)}, ${seconds.toFixed(1)} virtual s`
    return { ...ended, more: [after, ...(trouble === undefined ? [] : [trouble])].join('; ') }
  }
  const undisturbed = { aggregator: AGGREGATOR }
  const calm = await measure(undisturbed)
  rows.add(rowOf(undisturbed, calm, calm.accuracy, isShown))
  for (const setting of settings) rows.add(rowOf(setting, await measure(setting), calm.accuracy, isShown))
  return rows.all()
}

function item(name: string, about: string, swarm: Swarm): Item {
  return { name, about, seeds: 1, run: options => run(swarm, options) }
}

// With the plain mean, that of liars need not seal: each has twice the time that an honest swarm takes for its steps and its seal.
const twenty: Swarm = { source: 'mnist', peers: 20, liars: 4, rule: 'dpsgd', steps: 200, limit: 12 }
const six: Swarm = { source: 'digits', peers: 6, liars: 1, rule: 'dpsgd', steps: 1_000, limit: 30 }

export const virtual: readonly Item[] = [
  item('virtual', 'four liars among twenty virtual peers, MNIST-10k dealt alike, in rounds', twenty),
  item('virtual-pairs', 'the same in pairs', { ...twenty, rule: 'adpsgd' }),
  item('virtual-skewed', 'the same in rounds, MNIST-10k dealt by Dirichlet 0.3', {
    ...twenty,
    partition: 'dirichlet:0.3',
    isShown: true,
  }),
  item('virtual-six', 'one liar among six virtual peers, digits and the default recipe, in rounds', six),
  item('virtual-six-pairs', 'the same in pairs', { ...six, rule: 'adpsgd' }),
]
