import { parseGossipMerge } from '../../../src/averaging/gossip-merge.ts'
import { createMessage } from '../../../src/averaging/rule.ts'
import { gossip } from '../../../src/averaging/rules/gossip.ts'
import type { Dataset } from '../../../src/data/dataset.ts'
import type { Split } from '../../../src/data/source.ts'
import { preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { opticalDigits, smallDigits } from '../problems/small-digits.ts'
import { accuracyOf, softmaxOn } from '../problems/softmax.ts'
import type { Reproduction } from '../reproduction.ts'

const PEERS = 100
const CYCLES = 60
const RATE = 0.5

interface Setting {
  readonly partition: 'iid' | 'sorted'
  readonly merge: 'age' | 'plain' | 'walk'
  /** Share of messages that are lost. */
  readonly lost: number
  /** Mean local accuracy, and of the averaged model where it is known. */
  readonly expected: string
}

const SETTINGS: readonly Setting[] = [
  { partition: 'iid', merge: 'age', lost: 0, expected: '.890' },
  { partition: 'iid', merge: 'age', lost: 0.5, expected: '.832' },
  { partition: 'iid', merge: 'plain', lost: 0, expected: '.882' },
  { partition: 'iid', merge: 'plain', lost: 0.5, expected: '.805' },
  { partition: 'iid', merge: 'walk', lost: 0, expected: '.898' },
  { partition: 'iid', merge: 'walk', lost: 0.5, expected: '.789' },
  { partition: 'sorted', merge: 'age', lost: 0, expected: '.525 / .903' },
]

function deal({ labels }: Dataset, partition: Setting['partition']): number[][] {
  const order = createRandom('deal').shuffle(Array.from(labels.keys()))
  if (partition === 'sorted') order.sort((a, b) => labels[a] - labels[b])
  const start = (peer: number) => Math.floor((peer * order.length) / PEERS)
  return Array.from({ length: PEERS }, (_, peer) => order.slice(start(peer), start(peer + 1)))
}

/** In a cycle everybody speaks once, in random order; a receiver merges and takes one step, at once. */
function learn({ train, test }: Split, { partition, merge, lost }: Setting): { local: number; averaged: number } {
  const model = softmaxOn(train)
  const shards = deal(train, partition)
  const random = createRandom('gossip')
  const allocate = (length: number) => new Float64Array(length)
  const rule = gossip(`gossip:${merge}`, parseGossipMerge(merge))
  const states = shards.map(({ length }) =>
    rule.start(allocate(model.parameters), { peers: PEERS, samples: length, allocate }),
  )
  const step = (peer: number) => rule.train(states[peer], model.step(rule.estimate(states[peer]), shards[peer], RATE))
  const message = createMessage(rule.message, model.parameters, { allocate })
  for (const peer of states.keys()) step(peer)
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    for (const sender of random.shuffle(Array.from(states.keys()))) {
      const other = random.integer(PEERS - 1)
      const receiver = other < sender ? other : other + 1
      if (random.uniform() < lost) continue
      rule.send(states[sender], undefined, message, random)
      rule.merge(states[receiver], [{ peer: sender, weight: 1 / 2, message }], 1 / 2)
      step(receiver)
    }
  }
  const estimates = states.map(state => rule.estimate(state))
  return {
    local: estimates.reduce((sum, x) => sum + accuracyOf(x, test) / PEERS, 0),
    averaged: accuracyOf(preciseMeanOf(estimates), test),
  }
}

const shown = (share: number) => share.toFixed(3).replace(/^0/, '')

export const c7GossipLearning: Reproduction = {
  id: 'C7b',
  title: 'Gossip learning of digits',
  setting:
    'Softmax regression on digits, 100 peers with 14 samples each, 60 cycles in each of which everybody sends its model to one ' +
    'other; who hears merges by age, half and half, or not at all (the model that arrives walks on), and takes one step on its ' +
    'samples, η = 0.5. Mean accuracy of the local models / accuracy of the averaged model.',
  async run(tell) {
    const optical = opticalDigits()
    const data = optical ?? (await smallDigits())
    const rows = SETTINGS.map(setting => {
      const { partition, merge, lost, expected } = setting
      const what = `${partition}, ${merge === 'walk' ? 'no merge' : `merged: ${merge}`}, ${100 * lost} % lost`
      tell(what)
      const { local, averaged } = learn(data, setting)
      return { what, expected: `${expected} (recomputed)`, measured: `${shown(local)} / ${shown(averaged)}` }
    })
    const remarks = [
      'The learning rate and the order of events of the recomputed figures are not known, so the shape is what can be compared: ' +
        'loss costs accuracy, merging by age is ahead of half and half, and sorted by label peers are poor alone and good when averaged.',
      'One order differs: where half of the messages are lost, models that walk unmerged stay ahead of those merged half and half.',
    ]
    if (optical === undefined) {
      remarks.push(
        'The optical digits were not there (`optdigits/digits.csv` in the folder of HEARSAY_DATA, as scikit-learn ships them): this is ' +
          'of the built-in digits, shrunk to 49 features, of which this model has learned less after as many steps.',
      )
    }
    return { rows, remarks }
  },
}
