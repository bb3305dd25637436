import { join } from 'node:path'
import { count, bytes as size } from '../../../peer/words.ts'
import { loadDataset } from '../../../src/data/sources.ts'
import { parseRecipe } from '../../../src/recipe/recipe.ts'
import { type ForgedWorldOptions, forgedWorld } from '../../attacks/forging/forged-world.ts'
import { type Forgery, forgeries } from '../../attacks/forging/forgeries.ts'
import { missingData, realData } from '../../data/real-data.ts'
import { createRows, type Item, type ItemOptions, type Row } from '../row.ts'
import { AGGREGATOR, CONTROL, type Outcome, rowOf } from './outcome.ts'

interface Swarm extends Pick<ForgedWorldOptions, 'peers' | 'liars' | 'partition' | 'limit'> {
  readonly source: 'digits' | 'mnist'
  readonly rules: readonly string[]
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
  for (const rule of swarm.rules) {
    const measure = async (aggregator: string, forgery?: Forgery): Promise<Outcome> => {
      const recipe = parseRecipe({ averaging: { rule, aggregator }, training: { steps: swarm.steps, seed } })
      const { trouble, exchanges, lies, bytes, seconds, ...ended } = await forgedWorld({
        ...swarm,
        ...{ recipe, data, forgery, seed, log },
      })
      const after = `${count(exchanges / 2)} exchanges while it trained, ${count(lies)} lies, ${size(bytes)}, ${seconds.toFixed(1)} virtual s`
      return { ...ended, more: [rule, after, ...(trouble === undefined ? [] : [trouble])].join('; ') }
    }
    const calm = await measure(AGGREGATOR)
    const { isShown } = swarm
    rows.add(rowOf({ aggregator: AGGREGATOR, isShown }, calm, calm.accuracy))
    for (const forgery of forgeries) {
      const { name } = forgery
      for (const aggregator of new Set(name === CONTROL && !isShown ? ['mean', AGGREGATOR] : [AGGREGATOR])) {
        const outcome = await measure(aggregator, forgery)
        rows.add(rowOf({ forgery: name, aggregator, isShown }, outcome, calm.accuracy))
      }
    }
  }
  return rows.all()
}

function item(name: string, about: string, swarm: Swarm): Item {
  return { name, about, seeds: 1, run: options => run(swarm, options) }
}

/** Seconds on the virtual clock: some that an honest swarm needs for its steps and its seal, and as many again. */
const LIMIT_S = { six: 30, twenty: 12 }

const six: Swarm = {
  source: 'digits',
  peers: 6,
  liars: 1,
  rules: ['dpsgd', 'adpsgd'],
  steps: 1_000,
  limit: LIMIT_S.six,
}
const twenty: Swarm = {
  source: 'mnist',
  peers: 20,
  liars: 4,
  rules: ['dpsgd'],
  steps: 200,
  limit: LIMIT_S.twenty,
}

export const virtual: readonly Item[] = [
  item('virtual', 'one liar among six virtual peers, digits, the default recipe in rounds and in pairs', six),
  item('virtual-twenty', 'four liars among twenty virtual peers, MNIST-10k dealt alike, in rounds', twenty),
  item('virtual-pairs', 'the same in pairs', { ...twenty, rules: ['adpsgd'] }),
  item('virtual-skewed', 'the same in rounds, MNIST-10k dealt by Dirichlet 0.3', {
    ...twenty,
    partition: 'dirichlet:0.3',
    isShown: true,
  }),
]
