import manifest from '../../package.json' with { type: 'json' }
import { type CodeBlock, codeBlocks } from '../docs/pages.ts'
import { headOf } from './installed.ts'

/** The examples in TypeScript: of the entry points, each at its head, and of the documentation. */
export const examples: readonly CodeBlock[] = [
  headOf('src/index.ts'),
  ...Object.keys(manifest.exports)
    .filter(entry => !['.', './package.json', './schemas/*.json'].includes(entry))
    .map(entry => headOf(`src/public/${entry.slice(2)}.ts`)),
  ...codeBlocks.filter(({ language }) => language === 'ts'),
]

/** Those that anybody reads first are run with all tests, the others with the large ones. */
export const isReadFirst = ({ page }: CodeBlock) => page === 'README.md' || page === 'src/index.ts'

/** The file that holds an example. */
export const programOf = ({ where }: CodeBlock) => `${where.replaceAll(/\W+/g, '-')}.ts`
