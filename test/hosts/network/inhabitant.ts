/** Something that runs in a world and is ended with it. */
export interface Inhabitant {
  readonly ended: Promise<unknown>
  end(signal: 'SIGKILL'): void
}
