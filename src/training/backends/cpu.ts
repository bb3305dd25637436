import { type BackendKind, NO_DEVICES } from './backend-kind.ts'

/** Plain JavaScript: slow, and works wherever Node does. */
export const cpu: BackendKind = {
  name: 'cpu',
  registeredName: 'cpu',
  packages: [],
  gpu: false,
  async load() {
    await import('@tensorflow/tfjs-backend-cpu')
    return NO_DEVICES
  },
  explain: reason => ({ reason, remedy: 'reinstall hearsay' }),
}
