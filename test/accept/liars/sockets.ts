import { loadDataset } from '../../../src/data/sources.ts'
import { meanOf as meanVector } from '../../../src/parameters/vectors.ts'
import { parseRecipe } from '../../../src/recipe/recipe.ts'
import { attackedSwarm } from '../../attacks/attacked-swarm.ts'
import { judgeModel } from '../../attacks/forging/common-model.ts'
import { createRows, type Item, type ItemOptions, type Row } from '../row.ts'
import { AGGREGATOR, type Outcome, rowOf, type Setting, settings } from './outcome.ts'

interface Swarm {
  readonly honest: number
  readonly liars: number
}

/** A third of what a recipe has by default: enough to learn the digits, and to unlearn them. */
const STEPS = 300

/**
 * A swarm that has not sealed so many seconds after its training is ended. An honest one takes a few; where a seal is asked, who keeps the others
 * from ending is waited for most of a minute.
 */
const SEAL_S = { unasked: 15, asked: 90 }

/** Drawn by nobody who learns: peers draw digits by seeds of their own. */
const TEST_SEED = 'test'

async function run({ honest, liars }: Swarm, options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  const recipe = parseRecipe({ averaging: { rule: 'dpsgd' } })
  const { test } = await loadDataset('digits', { seed: TEST_SEED })
  const measure = async ({ forgery: attack, aggregator, sketchOf }: Setting): Promise<Outcome> => {
    const swarm = await attackedSwarm({
      honest: attack === undefined ? honest + liars : honest,
      identities: liars,
      ...{
        attack,
        aggregator,
        sketchOf,
        steps: STEPS,
        limitTrained: aggregator === 'mean' ? SEAL_S.unasked : SEAL_S.asked,
        partition: 'iid',
      },
    })
    const hashes = new Set(swarm.honest.map(({ hash }) => hash))
    const sealed = hashes.size === 1 && !hashes.has(undefined)
    const vectors = swarm.honest.flatMap(({ parameters }) => parameters ?? [])
    if (vectors.length === 0) throw new Error('no honest peer has left a model')
    const worth = await judgeModel(recipe, test, meanVector(sealed ? vectors.slice(0, 1) : vectors))
    const told = swarm.attacker.findLast(({ event }) => event === 'told')?.lies ?? 0
    const exchanges = swarm.honest.reduce((sum, each) => sum + each.exchanges, 0)
    const more = [
      `trained after ${swarm.trained.toFixed(1)} s`,
      ...(sealed ? [`sealed after ${swarm.sealed.toFixed(1)} s`] : []),
      `${exchanges} exchanges of the honest, ${told} lies`,
    ]
    return { ...worth, sealed, more: more.join('; ') }
  }
  const undisturbed = { aggregator: AGGREGATOR }
  const calm = await measure(undisturbed)
  rows.add(rowOf(undisturbed, calm, calm.accuracy))
  for (const setting of settings) rows.add(rowOf(setting, await measure(setting), calm.accuracy))
  return rows.all()
}

function item(name: string, about: string, swarm: Swarm): Item {
  return { name, about, seeds: 1, run: options => run(swarm, options) }
}

export const sockets: readonly Item[] = [
  item('sockets', 'five honest peers as processes beside one liar, over real sockets', {
    honest: 5,
    liars: 1,
  }),
  item('sockets-ten', 'eight honest peers as processes beside two liars that share what they hear', {
    honest: 8,
    liars: 2,
  }),
]
