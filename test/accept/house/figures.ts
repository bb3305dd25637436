import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createRows, type Item } from '../row.ts'
import { ROOT, run } from '../run.ts'

/** No function in the core or the library is longer, in lines of code. */
const MAX_FUNCTION_LINES = 120

/** The root entry has about so many names, and some room. */
const MOST_ROOT_NAMES = 40

interface Cruised {
  readonly modules: readonly {
    readonly source: string
    readonly dependencies: readonly { readonly resolved: string; readonly circular: boolean }[]
  }[]
}

/** The room of a file: a folder of `src`; within the core, a folder of that. */
function roomOf(file: string): string {
  const folder = dirname(file)
  const [, first, second] = folder.split('/')
  if (first === 'gossip' && second !== undefined) return `gossip/${second}`
  return first === undefined ? 'src' : first
}

async function rooms(): Promise<{ table: string; cycles: number }> {
  const { out } = await run('depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src')
  const { modules } = JSON.parse(out.slice(out.indexOf('{'), out.lastIndexOf('}') + 1)) as Cruised
  const ours = modules.filter(({ source }) => source.startsWith('src/'))
  const files = new Map<string, number>()
  const imports = new Map<string, number>()
  let cycles = 0
  for (const { source, dependencies } of ours) {
    const room = roomOf(source)
    files.set(room, (files.get(room) ?? 0) + 1)
    for (const { resolved, circular } of dependencies) {
      if (circular) cycles++
      if (resolved.startsWith('src/') && roomOf(resolved) !== room) imports.set(room, (imports.get(room) ?? 0) + 1)
    }
  }
  const names = [...files.keys()].sort()
  return { table: names.map(name => `${name} ${files.get(name)}/${imports.get(name) ?? 0}`).join(', '), cycles }
}

/** Names that an entry exports, values and types. */
function namesOf(entry: string): number {
  const source = readFileSync(`${ROOT}/${entry}`, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
  const lists = [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) => list.split(','))
  const declared = [...source.matchAll(/export (?:declare )?(?:async )?(?:function|const|class|interface|type) \w+/g)]
  return lists.filter(name => name.trim() !== '').length + declared.length
}

const ENTRIES = [
  'index',
  'public/simulate',
  'public/algorithms',
  'public/models',
  'public/ports',
  'public/testing',
  'public/errors',
]

/** The figures of the house as it stands; those of before are in the issue's closing note. */
export const figures: Item = {
  name: 'figures',
  about: 'files and imports per room, longest function, exports per entry',
  seeds: 1,
  async run(options) {
    const rows = createRows(options)
    const { table, cycles } = await rooms()
    rows.add({
      asked: 'files of each room, and its imports from other rooms; no cycle, of types neither',
      measured: `${table}; ${cycles} imports in a cycle`,
      passed: cycles === 0,
    })
    const lint = await run(
      'biome',
      'lint',
      '--only=complexity/noExcessiveLinesPerFunction',
      'src/gossip',
      'src/library',
    )
    rows.add({
      asked: `no function in gossip/ and library/ is longer than ${MAX_FUNCTION_LINES} lines`,
      measured: lint.code === 0 ? 'none is' : (/too many lines \(\d+\)/.exec(lint.out)?.[0] ?? lint.out.slice(0, 200)),
      passed: lint.code === 0,
    })
    const names = ENTRIES.map(entry => `${entry} ${namesOf(`src/${entry}.ts`)}`)
    rows.add({
      asked: `names that each entry exports; about 30 of the root, at most ${MOST_ROOT_NAMES}`,
      measured: names.join(', '),
      passed: namesOf('src/index.ts') <= MOST_ROOT_NAMES,
    })
    return rows.all()
  },
}
