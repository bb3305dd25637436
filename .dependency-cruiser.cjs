// Which room may import which: the arrows of ARCHITECTURE.md. A rule here is the only way to draw a new arrow.

/** Allows a room to import only the rooms that are named, itself, and what is open to all. */
const room = (name, allowed, comment) => ({
  name: `${name} imports only ${[...allowed, 'itself'].join(', ')}`,
  comment,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: {
    path: '^(src|peer|simulations|test|bench)/',
    pathNot: [
      `^src/${name}/`,
      '^src/(catalogue|errors|mutex|regular-file|strict-options|version)[.]ts$',
      ...allowed.map(one => `^src/${one}(/|$)`),
    ],
  },
})

/** The files of the core that every room of it may know: its ports, and words that are too small for a room. */
const CORE_WORDS = '(constants|errors|events|lifetime|magnitude|peer-id|phase|ports)[.]ts'

/** Of the core, allows a room only the rooms that are named, itself, and the core's words. */
const coreRoom = (name, allowed, comment) => ({
  name: `gossip/${name} imports of the core only ${[...allowed, 'itself'].join(', ')}`,
  comment,
  severity: 'error',
  from: { path: `^src/gossip/${name}/` },
  to: {
    path: '^src/gossip/',
    pathNot: [`^src/gossip/${name}/`, `^src/gossip/${CORE_WORDS}$`, ...allowed.map(one => `^src/gossip/${one}/`)],
  },
})

/** What `exports` of package.json names: nothing else can be imported by those who install hearsay. */
const PUBLIC = '^src/(index|public/[^/]+)[.]ts$'

/** Allows packages that match only in the places that are named, and in programs that are not shipped. */
const onlyIn = (places, packages, comment) => ({
  name: `${packages} only in ${places}`,
  comment,
  severity: 'error',
  from: { pathNot: `^(${places}|test|bench|examples|tools)/` },
  to: { path: `^node_modules/(${packages})`, dependencyTypesNot: ['type-only'] },
})

module.exports = {
  forbidden: [
    { name: 'no cycles, of types neither', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nothing missing', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no development tools in what is shipped',
      comment: 'Optional peer dependencies are installed here to be tested.',
      severity: 'error',
      from: { path: '^(src|peer|simulations)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer'] },
    },

    room(
      'parameters',
      ['random'],
      'Vectors, layouts and codecs know nothing of who uses them; a codec may leave something to chance.',
    ),
    room('random', [], 'A source of numbers.'),
    room('table', [], 'What columns are, and how a cell becomes a number: no files.'),
    room('worth', [], 'What test results are worth: counts, and figures from them.'),
    room('recipe', ['table'], 'A document.'),
    room('averaging', ['parameters', 'random'], 'Pure mathematics; a random topology draws from a seed.'),
    room('data', ['random', 'table'], 'Datasets know neither models nor peers.'),
    room('training', ['data', 'parameters', 'random', 'worth'], 'Learning knows nothing of the swarm.'),
    room(
      'gossip',
      ['averaging', 'parameters', 'random', 'recipe', 'training/trainer[.]ts'],
      'The core knows the world through its ports, and of training only the interface.',
    ),
    coreRoom('waiting', [], 'How one peer waits: the least that the others stand on.'),
    coreRoom('pace', [], 'What is measured, and what follows from it.'),
    coreRoom('state', [], 'What a peer holds, whoever changes it.'),
    coreRoom('coding', ['state'], 'How a difference travels.'),
    coreRoom('streams', ['pace', 'waiting'], 'One conversation with one peer.'),
    coreRoom('membership', ['pace', 'streams', 'waiting'], 'Who is there.'),
    coreRoom(
      'exchange',
      ['coding', 'membership', 'pace', 'state', 'streams', 'waiting'],
      'Averaging knows neither how a swarm ends nor how a latecomer begins.',
    ),
    coreRoom('sync', ['membership', 'pace', 'state', 'streams', 'waiting'], 'Fetching parameters is no exchange.'),
    coreRoom('seal', ['membership', 'state', 'sync'], 'Agreeing on one vector, which some have to fetch.'),
    coreRoom(
      'run',
      ['exchange', 'membership', 'pace', 'seal', 'state', 'sync', 'waiting'],
      'The course of a run: beginning, training, end.',
    ),
    {
      name: 'ports know of the core only what they carry',
      severity: 'error',
      from: { path: `^src/gossip/${CORE_WORDS}$` },
      to: { path: '^src/gossip/', pathNot: [`^src/gossip/${CORE_WORDS}$`, '^src/gossip/state/'] },
    },
    room(
      'standardise',
      ['averaging', 'data', 'gossip', 'parameters', 'random', 'recipe', 'table', 'training'],
      'Statistics of samples that stay where they are, agreed on by the same core.',
    ),
    room(
      'judging',
      ['averaging', 'gossip', 'parameters', 'random', 'recipe', 'standardise', 'worth'],
      'Test results that stay where they are, summed by the same core.',
    ),
    room(
      'library',
      [
        'admission',
        'averaging',
        'data',
        'gossip',
        'judging',
        'network',
        'parameters',
        'random',
        'recipe',
        'standardise',
        'storage',
        'table',
        'training',
        'worth',
      ],
      'A peer, put together.',
    ),
    room(
      'admission',
      ['gossip/peer-id[.]ts'],
      'Who is a member: documents and their signatures, no sockets and no files.',
    ),
    room('network', ['admission', 'gossip', 'random'], 'A driver of the Network port.'),
    {
      name: 'routers are asked by what is loaded when it is wanted',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/network/upnp/' },
      to: { path: '^src/network/upnp/', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    room('storage', ['gossip', 'parameters'], 'A driver of the Storage port.'),

    room('testing', ['gossip', 'parameters', 'random'], 'What ports promise, checked; it knows no driver of them.'),
    {
      name: 'nobody inside imports the public API',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: PUBLIC },
    },

    {
      name: 'averaging does no I/O',
      severity: 'error',
      from: { path: '^src/(averaging|random)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'gossip does no I/O',
      comment: 'Hashes and checksums are computation; anything else goes through a port.',
      severity: 'error',
      from: { path: '^src/gossip/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|zlib)$' },
    },
    onlyIn('src/training', '@tensorflow/', 'TensorFlow.js is known to one room.'),
    onlyIn(
      'src/network',
      '(@libp2p/(?!prometheus-metrics/)|libp2p/|@multiformats/|it-pipe/|dns-packet/)',
      'libp2p is known to one room.',
    ),
    onlyIn('peer/metrics', '(prom-client/|@libp2p/prometheus-metrics/)', 'Prometheus is known to one room.'),
    onlyIn(
      'src/data',
      '(sharp|csv-parse|hyparquet|hyparquet-compressors)/',
      'What reads files of data is known to one room.',
    ),
    onlyIn(
      'charts',
      'echarts/',
      'The parts of ECharts that are drawn with are one module, which the build puts together.',
    ),
    onlyIn('src/library/onnx', 'protons-runtime/', 'What writes ONNX is known to one room.'),
    {
      name: 'peer uses the public API',
      comment: 'And for help what is light: the catalogue, the names of rules, and the version.',
      severity: 'error',
      from: { path: '^peer/' },
      to: {
        path: '^(src|simulations|test|bench)/',
        pathNot: `${PUBLIC}|^src/(catalogue|version|averaging/rules/registry)[.]ts$`,
      },
    },
    {
      name: 'examples use the public API',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|peer|simulations|test|bench)/', pathNot: PUBLIC },
    },
    {
      name: 'simulations are below the public API',
      severity: 'error',
      from: { path: '^simulations/' },
      to: { path: `^(peer|test|bench|examples)/|${PUBLIC}` },
    },
    {
      name: 'only the public API imports simulations',
      severity: 'error',
      from: { path: '^src/', pathNot: PUBLIC },
      to: { path: '^(simulations|peer|test|bench|examples)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Imports of types are arrows too.
    tsPreCompilationDeps: true,
    // The parser that also reads TypeScript 7, which has no API of its own for this yet.
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
