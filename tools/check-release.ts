/** Before publishing: whether a tag, package.json and CHANGELOG.md tell of the same version. `npm run check:release -- v0.2.0` */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { entriesOf } from './changelog.ts'

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8')
const [tag] = process.argv.slice(2)
const { version, repository } = JSON.parse(read('package.json')) as { version: string; repository?: unknown }
const complaints = [
  tag === `v${version}` ? [] : `the tag is ${tag ?? 'not given'}, and package.json has ${version}`,
  entriesOf(read('CHANGELOG.md'), version) ? [] : `CHANGELOG.md does not say what is new in ${version}`,
  repository === undefined ? 'package.json names no repository, and npm publishes no provenance without one' : [],
].flat()
for (const complaint of complaints) console.error(complaint)
process.exitCode = complaints.length === 0 ? 0 : 1
