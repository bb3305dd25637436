/** A program of members that lie, `--lie NAME`: as many as it has identities, each connected to all honest peers. */

import { systemClock } from '../../../src/library/system-clock.ts'
import { enter, readScene, tell } from '../attack.ts'
import { lies } from '../lies/lies.ts'

const scene = readScene()
const lie = lies.get(scene.lie)
if (lie === undefined) throw new Error(`no such lie: ${scene.lie}`)
const { steps } = scene.recipe.training
const { maximumNorm } = scene.recipe.security
lie({ ...scene, steps, maximumNorm, liars: await enter(scene), clock: systemClock, tell })
tell('ready')
