/** An `EventTarget` that knows the names of its events and what their `detail` is. */
export interface TypedEventTarget<Events> {
  /** Has an event of this name told to a listener, once or until it is removed or the signal is aborted. */
  addEventListener<Name extends keyof Events & string>(
    name: Name,
    listener: (event: CustomEvent<Events[Name]>) => void,
    options?: { readonly once?: boolean; readonly signal?: AbortSignal },
  ): void
  /** Ends what {@link addEventListener} began for this very listener. */
  removeEventListener<Name extends keyof Events & string>(
    name: Name,
    listener: (event: CustomEvent<Events[Name]>) => void,
  ): void
}

/** @returns the target to hand out, and what dispatches on it */
export function createEvents<Events>(): {
  readonly target: TypedEventTarget<Events>
  readonly emit: <Name extends keyof Events & string>(name: Name, detail: Events[Name]) => void
} {
  const target = new EventTarget()
  return {
    target: target as TypedEventTarget<Events>,
    emit: (name, detail) => {
      target.dispatchEvent(new CustomEvent(name, { detail }))
    },
  }
}
