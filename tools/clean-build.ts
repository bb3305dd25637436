/** Part of `npm run build`: what was built of files that are gone would be packed too. */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'

await rm(join(import.meta.dirname, '..', 'dist'), { recursive: true, force: true })
