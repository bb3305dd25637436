/**
 * Emscripten's start-up code, inside the wasm backend, installs listeners that rethrow every unhandled error of the
 * process. What to do with those is the application's business.
 *
 * @returns a function that removes the listeners added meanwhile
 */
export function keepProcessListeners(): () => void {
  const exceptions = process.listeners('uncaughtException')
  const rejections = process.listeners('unhandledRejection')
  return () => {
    for (const listener of process.listeners('uncaughtException')) {
      if (!exceptions.includes(listener)) process.removeListener('uncaughtException', listener)
    }
    for (const listener of process.listeners('unhandledRejection')) {
      if (!rejections.includes(listener)) process.removeListener('unhandledRejection', listener)
    }
  }
}
