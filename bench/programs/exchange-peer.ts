/**
 * `exchange-speed.ts`, in a process whose young generation is kept small.
 *
 * @packageDocumentation
 */

import { keepYoungGenerationSmall } from '../../peer/young-generation.ts'

// Loading modules makes it grow: before any other is.
keepYoungGenerationSmall()
await import('./exchange-speed.ts')
