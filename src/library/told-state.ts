import { openStateDirectory, type StateDirectory } from '../storage/state-directory.ts'

/** A peer's state, and what is to be said of it: it is opened before anybody can listen. */
export interface ToldState extends StateDirectory {
  /** Hands over all warnings so far, and from then on each as it comes. */
  onWarning(listener: (message: string) => void): void
}

/** Opens a state, as `openStateDirectory` does, and keeps its warnings until somebody listens. */
export async function openToldState(path: string): Promise<ToldState> {
  const waiting: string[] = []
  let tell = (message: string): void => {
    waiting.push(message)
  }
  const state = await openStateDirectory(path, message => tell(message))
  return {
    ...state,
    onWarning(listener) {
      tell = listener
      for (const message of waiting.splice(0)) listener(message)
    },
  }
}
