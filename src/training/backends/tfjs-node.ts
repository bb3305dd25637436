import { type BackendKind, NO_DEVICES } from './backend-kind.ts'
import { ADDON_REGISTERED_NAME, loadAddon, QUIET, remedyForAddon } from './tensorflow-addon.ts'

const PACKAGE = '@tensorflow/tfjs-node'

/** TensorFlow's C library on the CPU: all cores, with the processor's widest instructions. */
export const tfjsNode: BackendKind = {
  name: 'tfjs-node',
  registeredName: ADDON_REGISTERED_NAME,
  packages: [PACKAGE],
  gpu: false,
  environment: () => QUIET,
  async load() {
    await loadAddon(PACKAGE)
    return NO_DEVICES
  },
  explain: reason => ({ reason, remedy: remedyForAddon(PACKAGE, reason) ?? `reinstall it: npm install ${PACKAGE}` }),
}
