/**
 * The documentation's commands, typed as they stand into a folder with a reader's files. Those that say "not run" on their first line are not;
 * that they could be typed is what test/docs makes sure of.
 *
 * @packageDocumentation
 */

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { seconds } from '../../../peer/words.ts'
import { type CodeBlock, codeBlocks, ROOT } from '../../docs/pages.ts'
import { filledIn } from '../../docs/shell.ts'
import { createRows, type Item, lastLines } from '../row.ts'

const DEADLINE_MS = 120_000

/**
 * The program from source. A peer does not wait for others, whom nobody starts here, and `init` may write over what an earlier block of the page
 * has left.
 */
const AS_INSTALLED = `
set -euo pipefail
hearsay() {
  case $1 in
    peer) set -- "$@" --alone --no-mdns --listen /ip4/127.0.0.1/tcp/0 --backend wasm ;;
    init) set -- "$@" --force ;;
  esac
  '${process.execPath}' '${join(ROOT, 'peer/hearsay.ts')}' "$@"
}
npm() { [ "$1 $2 $3" = 'run hearsay --' ] && shift 3 && hearsay "$@"; }
`

/** What a reader of a page has done before its first command. */
const BEFORE: Readonly<Record<string, string>> = {
  'docs/command-line.md': 'for site in south west; do hearsay schema --data csv:mine.csv --out $site.json; done',
  'docs/dashboard.md': 'hearsay init --data csv:mine.csv --membership open',
  'docs/operating.md': 'hearsay init --data csv:mine.csv --state ./me',
  'docs/using-the-model.md':
    'hearsay init --data csv:mine.csv --state ./me; hearsay peer recipe.json --data csv:mine.csv --state ./me',
}

interface Typed {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function type(text: string, folder: string): Promise<Typed> {
  try {
    const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', `${AS_INSTALLED}${text}`], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1' },
      timeout: DEADLINE_MS,
    })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as Typed & Error
    return { code: Number(code), stdout, stderr }
  }
}

/** A table whose last column is to be predicted, and can be. */
function table(label: string): string {
  const rows = Array.from(
    { length: 200 },
    (_, i) => `${(i % 2) * 2 + (i % 7) / 7},${(i % 5) / 5},${i % 2 ? 'yes' : 'no'}`,
  )
  return `${['x', 'y', label].join(',')}\n${rows.join('\n')}\n`
}

async function putFiles(folder: string): Promise<void> {
  await mkdir(folder)
  await writeFile(join(folder, 'mine.csv'), table('label'))
  await writeFile(join(folder, 'patients.csv'), table('outcome'))
}

/** What a session shows: the command behind its prompt, and what it says, on whichever stream. */
function sessionOf(text: string): { readonly command: string; readonly said: string } {
  const [prompt, ...lines] = text.split('\n')
  return { command: prompt.replace(/^\$ /, ''), said: lines.join('\n') }
}

async function tried({ language, text }: CodeBlock, folder: string): Promise<{ good: boolean; measured: string }> {
  const began = performance.now()
  const took = () => seconds((performance.now() - began) / 1_000)
  if (language === 'console') {
    const { command, said } = sessionOf(text)
    const { stdout, stderr } = await type(command, folder)
    const good = `${stdout}${stderr}`.trim() === said
    return { good, measured: good ? `says what is printed, ${took()}` : `says: ${stdout}${stderr}` }
  }
  const { code, stderr } = await type(filledIn(text), folder)
  return { good: code === 0, measured: code === 0 ? took() : `exit code ${code}: ${lastLines(stderr)}` }
}

export const docs: Item = {
  name: 'docs',
  about: 'what the documentation says to type, typed',
  seeds: 1,
  async run(options) {
    const rows = createRows(options)
    const typed = codeBlocks.filter(({ language }) => language === 'sh' || language === 'console')
    const run = typed.filter(({ remark }) => remark === '')
    const place = await mkdtemp(join(tmpdir(), 'hearsay-docs-'))
    try {
      for (const [page, blocks] of Object.entries(Object.groupBy(run, ({ page }) => page))) {
        const folder = join(place, page.replaceAll('/', '_'))
        await putFiles(folder)
        const before = await type(BEFORE[page] ?? ':', folder)
        if (before.code !== 0) throw new Error(`before ${page}: ${before.stderr}`)
        for (const block of blocks ?? []) {
          const { good, measured } = await tried(block, folder)
          rows.add({ asked: `${block.where}: ${block.text.split('\n')[0]}`, measured, passed: good })
        }
      }
      rows.add({
        asked: 'blocks that are typed here, of all that are to be typed; the others say why they are not',
        measured: `${run.length} of ${typed.length}`,
        passed: run.length > 0,
      })
    } finally {
      await rm(place, { recursive: true, force: true })
    }
    return rows.all()
  },
}
