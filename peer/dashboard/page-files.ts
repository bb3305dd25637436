import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly type: string
  readonly content: Buffer
}

const HTML = 'text/html; charset=utf-8'
const CSS = 'text/css; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

/** The page's own files, which lie beside this one, and the one library that it draws with. */
const FILES: readonly (readonly [path: string, type: string, url: () => string])[] = [
  ['/', HTML, () => own('index.html')],
  ['/style.css', CSS, () => own('style.css')],
  ['/icon.svg', 'image/svg+xml', () => own('icon.svg')],
  ...['main.js', 'curves.js', 'graph.js', 'history.js', 'sections.js', 'words.js'].map(
    name => [`/${name}`, SCRIPT, () => own(name)] as const,
  ),
  ['/echarts.js', SCRIPT, charts],
]

/** All paths of the page. */
export const PAGE_PATHS: readonly string[] = FILES.map(([path]) => path)

/** Read once, when the dashboard is opened: afterwards no request touches the disk. */
export async function readPageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const read = FILES.map(async ([path, type, url]) => {
    return [path, { type, content: await readFile(fileURLToPath(url())) }] as const
  })
  return new Map(await Promise.all(read))
}

/** In the package its parts that are used, as the build put them together; the sources, which no browser reads, have the whole of it installed. */
function charts(): string {
  if (import.meta.url.endsWith('.ts')) return import.meta.resolve('echarts/dist/echarts.esm.min.mjs')
  return new URL('../../charts/echarts.js', import.meta.url).href
}

function own(name: string): string {
  return new URL(`page/${name}`, import.meta.url).href
}
