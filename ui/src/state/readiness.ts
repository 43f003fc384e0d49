// When the buttons of a card act: not for 700 ms after it appears or moves, so that a click or a key that was meant
// for something else does nothing (CARD-11).

export const INERT_MS = 700;
export const HOLD_MS = 1000;

/** Monotonic milliseconds. */
export type Clock = () => number;

export class Readiness {
  #clock: Clock;
  #since: number;
  #pressedTooSoon = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock();
  }

  /** The card appeared, or is somewhere else now. */
  moved(): void {
    this.#since = this.#clock();
  }

  /** Whether a press counts now. */
  live(): boolean {
    return this.#clock() - this.#since >= INERT_MS;
  }

  /** Milliseconds until it does. */
  remaining(): number {
    return Math.max(0, INERT_MS - (this.#clock() - this.#since));
  }

  /** The pointer goes down: a press that begins too soon does not count, however long it lasts. */
  press(): void {
    this.#pressedTooSoon = !this.live();
  }

  /** Whether the click that ends a press counts. */
  release(): boolean {
    const counts = this.live() && !this.#pressedTooSoon;
    this.#pressedTooSoon = false;
    return counts;
  }
}

/** What a click does; the second of a double click was meant for what stood there before, and does nothing. */
export function single(act: () => unknown): (event: MouseEvent) => void {
  return (event) => {
    if (event.detail !== 2) act();
  };
}
