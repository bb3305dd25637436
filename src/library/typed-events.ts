/** An `EventTarget` that knows the names of its events and what their `detail` is. */
export interface TypedEventTarget<Events> {
  addEventListener<Name extends keyof Events & string>(
    name: Name,
    listener: (event: CustomEvent<Events[Name]>) => void,
    options?: { readonly once?: boolean; readonly signal?: AbortSignal },
  ): void
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
