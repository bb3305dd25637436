/**
 * The documentation as its readers have it: what is linked, and what is to be typed.
 *
 * @packageDocumentation
 */

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import GithubSlugger from 'github-slugger'
import type { Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { toString as textOf } from 'mdast-util-to-string'
import { visit } from 'unist-util-visit'

export const ROOT = join(import.meta.dirname, '../..')

/** A piece of code that stands by itself. */
export interface CodeBlock {
  /** The page, and the line on which the block begins, as editors open it. */
  readonly where: string
  readonly page: string
  /** `sh`, `ts`, …; undefined where none is given. */
  readonly language: string | undefined
  /** The rest of the line on which it begins. */
  readonly remark: string
  readonly text: string
}

interface Link {
  /** The page, and the line. */
  readonly where: string
  readonly to: string
}

/** A page of the documentation. */
export interface Page {
  /** From the repository's root. */
  readonly path: string
  readonly links: readonly Link[]
  /** The anchors that its headings have on GitHub. */
  readonly anchors: ReadonlySet<string>
  readonly blocks: readonly CodeBlock[]
}

function readPage(path: string): Page {
  const root: Root = fromMarkdown(readFileSync(join(ROOT, path)))
  const slugger = new GithubSlugger()
  const anchors = new Set<string>()
  const links: Link[] = []
  const blocks: CodeBlock[] = []
  visit(root, node => {
    const where = `${path}:${node.position?.start.line}`
    if (node.type === 'heading') anchors.add(slugger.slug(textOf(node)))
    if (node.type === 'link' || node.type === 'image' || node.type === 'definition') links.push({ where, to: node.url })
    if (node.type === 'html') {
      for (const [, to] of node.value.matchAll(/\b(?:href|src|srcset)="([^"\s]+)/g)) links.push({ where, to })
    }
    if (node.type === 'code') {
      blocks.push({ where, page: path, language: node.lang ?? undefined, remark: node.meta ?? '', text: node.value })
    }
  })
  return { path, links, anchors, blocks }
}

/** All pages that people read. */
export const pages: readonly Page[] = globSync(['*.md', '{docs,examples,.github}/**/*.md'], {
  cwd: ROOT,
  exclude: ['**/node_modules'],
})
  .map(path => path.replaceAll('\\', '/'))
  .sort()
  .map(readPage)

export const codeBlocks: readonly CodeBlock[] = pages.flatMap(({ blocks }) => blocks)
