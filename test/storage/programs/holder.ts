/** A process that takes the state folder it is given, says so, and has it until it is killed. */

import { openStateDirectory } from '../../../src/storage/state-directory.ts'

await openStateDirectory(process.argv[2])
process.stdout.write('taken')
process.stdin.resume()
