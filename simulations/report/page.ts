import { drawChart, type Size } from './chart.ts'
import { escaped } from './html.ts'
import type { LegendEntry, Plot } from './plot.ts'
import { style } from './style.ts'

/** The content of a page, from top to bottom. */
export interface Page {
  readonly title: string
  /** Paragraphs. */
  readonly lead: readonly string[]
  /** The reason to doubt the whole, where there is one. */
  readonly warning?: string
  /** Sentences that a person should know, as a list. */
  readonly notes: readonly string[]
  readonly plots: readonly Plot[]
  readonly tables: readonly PageTable[]
  /** The command that reproduces it, as it is typed. */
  readonly command: string
  /** Texts to be unfolded. */
  readonly appendix: readonly { readonly title: string; readonly text: string }[]
}

export interface PageTable {
  readonly title: string
  /** Without them the first column names what the second says. */
  readonly columns?: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Whether it has to be unfolded. */
  readonly folded?: boolean
}

/** On a screen with two columns, and on a phone: the same text size on both. */
const WIDE = { wide: { width: 540, height: 330 }, square: { width: 540, height: 470 } } as const
const NARROW = { wide: { width: 340, height: 280 }, square: { width: 340, height: 330 } } as const

/** One page with everything in it: nothing is fetched, and nothing in it is a program. */
export async function renderPage(page: Page): Promise<string> {
  const plots: string[] = []
  for (const plot of page.plots) plots.push(await figure(plot))
  const { title, lead, warning, notes, tables, command, appendix } = page
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>
${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${lead.map(text => `<p>${escaped(text)}</p>`).join('\n')}
${warning === undefined ? '' : `<p class="partial" role="alert">${escaped(warning)}</p>\n`}${list(notes)}
<h2>The command</h2>
<pre>${escaped(command)}</pre>
<div class="plots">
${plots.join('\n')}
</div>
${tables.map(table).join('\n')}
${appendix.map(({ title, text }) => `<details><summary>${escaped(title)}</summary><pre>${escaped(text)}</pre></details>`).join('\n')}
</main>
<footer>Made by hearsay. Plots by Apache ECharts.</footer>
</body>
</html>
`
}

function list(notes: readonly string[]): string {
  if (notes.length === 0) return ''
  return `<h2>Notes</h2>\n<ul>\n${notes.map(note => `<li>${escaped(note)}</li>`).join('\n')}\n</ul>`
}

async function figure({ title, caption, option, legend = [], shape }: Plot): Promise<string> {
  const draw = async (name: string, size: Size) =>
    `<div class="${name}" role="img" aria-label="${escaped(title)}">${await drawChart(option, size)}</div>`
  // A square plot has hardly any text, so it may shrink; drawn twice it would be most of the page.
  const drawings =
    shape === 'square'
      ? [await draw('square', WIDE.square)]
      : [await draw('wide', WIDE.wide), await draw('narrow', NARROW.wide)]
  return `<figure>\n<h2>${escaped(title)}</h2>\n${legendOf(legend)}${drawings.join('\n')}\n<figcaption>${escaped(caption)}</figcaption>\n</figure>`
}

function legendOf(entries: readonly LegendEntry[]): string {
  // One line is what the title says.
  if (entries.length < 2) return ''
  const items = entries.map(
    ({ name, colour, style }) => `<li><span style="border-top: 3px ${style} ${colour}"></span>${escaped(name)}</li>`,
  )
  return `<ul class="legend">${items.join('')}</ul>\n`
}

function table({ title, columns, rows, folded = false }: PageTable): string {
  const head =
    columns === undefined
      ? ''
      : `<thead><tr>${columns.map((name, i) => `<th${i === 0 ? '' : ' class="figure"'}>${escaped(name)}</th>`).join('')}</tr></thead>\n`
  const body = rows
    .map(cells => {
      const [first, ...others] = cells.map(escaped)
      const kind = columns === undefined ? '' : ' class="figure"'
      return `<tr><th scope="row">${first}</th>${others.map(cell => `<td${kind}>${cell}</td>`).join('')}</tr>`
    })
    .join('\n')
  // By keyboard too, where it is wider than the screen.
  const content = `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(title)}"><table>\n${head}<tbody>\n${body}\n</tbody></table></div>`
  return folded
    ? `<details><summary>${escaped(title)}</summary>${content}</details>`
    : `<h2>${escaped(title)}</h2>\n${content}`
}
