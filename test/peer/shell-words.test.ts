import { expect, test } from 'vitest'
import { commandLine } from '../../peer/shell-words.ts'

test.each<[how: string, env: NodeJS.ProcessEnv, line: string]>([
  ['by its name', {}, "hearsay peer 'my recipe.json'"],
  [
    "in a clone by npm's script",
    { npm_package_name: 'hearsay', npm_lifecycle_event: 'hearsay', npm_lifecycle_script: 'node peer/hearsay.ts' },
    "npm run hearsay -- peer 'my recipe.json'",
  ],
  [
    'through npx',
    { npm_package_name: 'mine', npm_lifecycle_event: 'npx', npm_lifecycle_script: "'hearsay'" },
    "npx hearsay peer 'my recipe.json'",
  ],
  [
    'by a script of another package',
    { npm_package_name: 'mine', npm_lifecycle_event: 'start', npm_lifecycle_script: 'hearsay peer' },
    "hearsay peer 'my recipe.json'",
  ],
  [
    'by what npx runs',
    { npm_package_name: 'hearsay', npm_lifecycle_event: 'npx', npm_lifecycle_script: 'vitest' },
    "hearsay peer 'my recipe.json'",
  ],
])('a line to paste works where the program was started %s', (_how, env, line) => {
  expect(commandLine(['peer', 'my recipe.json'], env)).toBe(line)
})
