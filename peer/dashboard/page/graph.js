/** The swarm as a graph. */

import { colour } from './curves.js'
import * as echarts from './echarts.js'
import { count, magnitude } from './words.js'

/**
 * @typedef {import('../told.ts').Frame} Frame
 * @typedef {import('../told.ts').Node} Node
 * @typedef {Pick<import('../told.ts').Whole, 'what' | 'tellsExchanges'>} About
 */

/** From near to far: of the scale viridis, which is even to the eye, without its darkest part. The style sheet's legend has the same. */
const SCALE = ['#2a788e', '#22a884', '#7ad151', '#fde725']

/** A peer at this distance has nothing in common with the others. */
const FARTHEST = 1

/** The distance at which a peer is as near as it has to be, where nothing else is said. */
const NEAR = 1e-3

/** Peers that stand in one circle, nobody in the middle. */
const FEW = 3

/** Peer 10 stands after peer 9, as on a ring. */
const inOrder = new Intl.Collator('en', { numeric: true })

/** Names of more would lie over one another. */
const MOST_NAMES = 24

/** @param {HTMLElement} place */
export function createGraph(place) {
  const chart = echarts.init(place)
  new ResizeObserver(() => chart.resize()).observe(place)
  return {
    /** @param {Frame} now @param {About} about */
    draw(now, about) {
      place.setAttribute('aria-label', inWords(now, about))
      chart.setOption(optionOf(now), { notMerge: true })
    },
  }
}

/** @param {Frame} now @param {About} about */
function inWords({ nodes, links }, { what, tellsExchanges }) {
  const others = nodes.filter(({ isSelf }) => !isSelf).length
  const isPeer = others < nodes.length
  const connections = links.filter(({ by }) => by === 'connection').length
  const ties = links.filter(({ by }) => by === 'topology').length
  const exchanging = links.filter(({ exchanges }) => exchanges).length
  return `Swarm: ${[
    isPeer ? `${others} other ${others === 1 ? 'peer' : 'peers'}` : `${others} peers`,
    ...(isPeer ? [`${connections} connected to this one`] : []),
    ...(what === 'swarm' ? [counted(connections, 'connection')] : []),
    ...(what === 'simulation' && ties > 0 ? [`${counted(ties, 'pair')} that may average`] : []),
    ...(tellsExchanges
      ? [
          what === 'simulation'
            ? `${counted(exchanging, 'pair')} that have just exchanged`
            : `${exchanging} exchanging now`,
        ]
      : []),
    ...nodes.filter(({ phase }) => phase === 'diverged').map(({ name }) => `${name} has diverged`),
    ...(isPeer && ties > 0 ? [`${counted(ties, 'further pair')} that may average, by the topology`] : []),
  ].join(', ')}`
}

/** @param {number} value @param {string} one */
function counted(value, one) {
  return `${count(value)} ${one}${value === 1 ? '' : 's'}`
}

/** @param {Frame} now */
function optionOf({ nodes, links, target }) {
  const [ink, edge, panel, orange, red] = ['ink', 'edge', 'panel', 'orange', 'red'].map(colour)
  const most = Math.max(1, ...nodes.map(({ samples }) => samples))
  const largest = nodes.length > 60 ? 14 : 38
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit' },
    series: [
      {
        type: 'graph',
        layout: 'none',
        left: 70,
        right: 70,
        top: 62,
        bottom: 62,
        preserveAspect: true,
        data: nodes.map(node => ({
          id: node.id,
          name: node.name,
          ...placeOf(node, nodes),
          symbolSize: largest * (0.4 + 0.6 * Math.sqrt(node.samples / most)),
          itemStyle: {
            color: node.distance === null ? panel : shade(node.distance, target ?? NEAR),
            borderColor: node.phase === 'diverged' ? red : node.isSelf ? ink : edge,
            borderWidth: node.isSelf || node.phase === 'diverged' ? 3 : 1.5,
          },
          label: {
            show: node.isSelf || node.phase === 'diverged' || nodes.length <= MOST_NAMES,
            formatter: labelOf(node),
            // Away from the lines to the others.
            position: placeOf(node, nodes).y < -1 ? 'top' : 'bottom',
          },
        })),
        links: links.map(link => ({
          source: link.from,
          target: link.to,
          lineStyle: link.exchanges
            ? { color: orange, width: 4, opacity: 1 }
            : {
                color: edge,
                ...(link.by === 'topology' ? { width: 1, opacity: 1, type: 'dashed' } : { width: 2, opacity: 0.8 }),
              },
        })),
        label: { color: ink, fontSize: 11, lineHeight: 14, distance: 4 },
        silent: true,
      },
    ],
  }
}

/** @param {Node} node */
function labelOf({ name, phase, distance, samples }) {
  if (phase === 'diverged') return `${name}\ndiverged`
  const learned = samples === 0 ? '' : `${count(samples)} samples`
  const apart = distance === null ? '' : magnitude(distance)
  const figures = [apart, learned].filter(figure => figure !== '').join(' · ')
  return figures === '' ? name : `${name}\n${figures}`
}

/**
 * A few stand in a circle; the peer that is looked at is in the middle of more. In the order of their ids, so that each keeps its place.
 *
 * @param {Node} node @param {readonly Node[]} nodes
 */
function placeOf(node, nodes) {
  const around = nodes.filter(({ isSelf }) => nodes.length <= FEW || !isSelf)
  if (!around.includes(node) || nodes.length === 1) return { x: 0, y: 0 }
  const ids = around.map(({ id }) => id).sort(inOrder.compare)
  // Two stand beside each other, where there is room for names; of others one is at the top.
  const angle = (2 * Math.PI * ids.indexOf(node.id)) / ids.length + (nodes.length === 2 ? 0 : -Math.PI / 2)
  return { x: 100 * Math.cos(angle), y: 100 * Math.sin(angle) }
}

/** On a scale by magnitudes. @param {number} distance @param {number} near */
function shade(distance, near) {
  const share = Math.log(Math.max(distance, near) / near) / Math.log(Math.max(FARTHEST / near, 10))
  const at = Math.min(1, share) * (SCALE.length - 1)
  const low = Math.min(SCALE.length - 2, Math.floor(at))
  return between(SCALE[low], SCALE[low + 1], at - low)
}

/** @param {string} from @param {string} to as `#rrggbb` @param {number} share */
function between(from, to, share) {
  const parts = [1, 3, 5].map(start => {
    const [a, b] = [from, to].map(hex => Number.parseInt(hex.slice(start, start + 2), 16))
    return Math.round(a + (b - a) * share)
  })
  return `rgb(${parts.join(', ')})`
}
