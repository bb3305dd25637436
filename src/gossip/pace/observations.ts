import type { PeerId } from '../peer-id.ts'

/** One that learns from what training and averaging take. Times are in milliseconds. */
export interface Observer {
  /** So many local steps, a part of an interval, took so long. */
  trained?(steps: number, milliseconds: number): void
  /** An interval of training, of so many steps, took so long. */
  intervalEnded?(steps: number, milliseconds: number): void
  /** The averaging after an interval, with somebody, took so long, waiting for others included. */
  averaged?(milliseconds: number): void
  /**
   * An exchange that this peer began took so long from the agreement on, for so many bytes, both directions together; the
   * agreement took one round trip.
   */
  exchanged?(bytes: number, milliseconds: number, roundTrip: number): void
  /** The frames of an exchange with this partner took so long, whoever began it. */
  flowed?(partner: PeerId, milliseconds: number): void
}

/** One log of what is measured, for all that learn from it. */
export function createObservations(observers: readonly (Observer | undefined)[]): Required<Observer> {
  return {
    trained(...measured) {
      for (const one of observers) one?.trained?.(...measured)
    },
    intervalEnded(...measured) {
      for (const one of observers) one?.intervalEnded?.(...measured)
    },
    averaged(...measured) {
      for (const one of observers) one?.averaged?.(...measured)
    },
    exchanged(...measured) {
      for (const one of observers) one?.exchanged?.(...measured)
    },
    flowed(...measured) {
      for (const one of observers) one?.flowed?.(...measured)
    },
  }
}
