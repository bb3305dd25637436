/** The headings of CHANGELOG.md: versions, newest first, and what of each breaks, is new, is otherwise or is mended. */

const UNRELEASED = '## Unreleased'

/** The kinds of change, in the order in which they stand. */
export const KINDS = ['Breaking', 'Added', 'Changed', 'Fixed'] as const

/** What stands under the heading of a version, or under *Unreleased*; undefined where there is no such heading. */
export function entriesOf(changelog: string, version: string): string | undefined {
  const [, ...sections] = changelog.split(/^## /m)
  const section = sections.find(text => text.split('\n', 1)[0] === version)
  return section?.slice(version.length).trim()
}

/**
 * The changelog in which *Unreleased* has become a version, and a new one is empty.
 *
 * @param before the version that it follows
 * @throws where nothing has changed, or where that version must not break what breaks
 */
export function release(changelog: string, version: string, before: string): string {
  const entries = entriesOf(changelog, 'Unreleased')
  if (!entries) throw new Error('nothing stands under Unreleased in CHANGELOG.md')
  if (entriesOf(changelog, version) !== undefined) throw new Error(`CHANGELOG.md has ${version} already`)
  if (entries.includes('### Breaking') && isSameLine(version, before)) {
    throw new Error(
      `${version} must not break what ${before} promises, and something stands under Breaking: raise what comes before`,
    )
  }
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n\n## ${version}`)
}

/** Whether two versions promise the same, as `^` of npm understands it: one major version, before 1.0 one minor version. */
function isSameLine(version: string, before: string): boolean {
  const promise = (of: string) => /^(0\.\d+|\d+)/.exec(of)?.[0]
  return promise(version) === promise(before)
}
