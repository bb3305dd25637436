/** Part of `npm version`: *Unreleased* in CHANGELOG.md becomes the version that npm has just written into package.json. */

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { release } from './changelog.ts'

const root = join(import.meta.dirname, '..')
const path = join(root, 'CHANGELOG.md')
const { npm_new_version: version, npm_old_version: before } = process.env
if (version === undefined || before === undefined) throw new Error('this is run by npm version')
writeFileSync(path, release(readFileSync(path, 'utf8'), version, before))
execFileSync('git', ['add', 'CHANGELOG.md'], { cwd: root })
