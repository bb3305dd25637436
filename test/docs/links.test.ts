import { existsSync, globSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Page, pages, ROOT } from './pages.ts'

const byPath: ReadonlyMap<string, Page> = new Map(pages.map(page => [page.path, page]))

/** What is wrong with a link; undefined where it leads somewhere. */
function complaint(page: Page, to: string): string | undefined {
  const [path, anchor] = to.split('#', 2)
  const target = path === '' ? page.path : posix.join(posix.dirname(page.path), decodeURI(path))
  if (target.startsWith('..')) return 'leads out of the repository'
  if (!existsSync(join(ROOT, target))) return 'there is no such file'
  if (anchor === undefined) return undefined
  if (statSync(join(ROOT, target)).isDirectory()) return 'a folder has no headings'
  return byPath.get(target)?.anchors.has(anchor) === true ? undefined : `${target} has no heading #${anchor}`
}

describe.each(pages)('$path', page => {
  test('has no dead link', () => {
    const own = page.links.filter(({ to }) => !/^[a-z][a-z+.-]*:/i.test(to))
    const dead = own.flatMap(({ where, to }) => {
      const found = complaint(page, to)
      return found === undefined ? [] : [`${where}: ${to}: ${found}`]
    })
    expect(dead).toEqual([])
  })
})

test('a link to what is not there is found', () => {
  const page = { path: 'docs/some.md', links: [], anchors: new Set(['here']), blocks: [] }
  expect(complaint(page, 'nowhere.md')).toBe('there is no such file')
  expect(complaint(page, '../README.md#nothing-of-the-kind')).toMatch('has no heading')
  expect(complaint(page, '../../secret')).toBe('leads out of the repository')
  expect(complaint(page, '../README.md#two-commands')).toBeUndefined()
})

test('the pages that people begin with are among those that are read', () => {
  expect([...byPath.keys()]).toEqual(expect.arrayContaining(['README.md', 'SECURITY.md', 'docs/formats.md']))
  expect(pages.flatMap(({ links }) => links).length).toBeGreaterThan(50)
})

test('the list of examples has every one', () => {
  const examples = globSync('examples/*/', { cwd: ROOT }).map(path => posix.basename(path))
  expect(byPath.get('examples/README.md')?.links.map(({ to }) => to)).toEqual(expect.arrayContaining(examples))
})
