// What happy-dom leaves out of a browser and the views use.

import { cleanup } from "@testing-library/svelte";
import { afterEach } from "vitest";

/** Ends that were watched for, so that a test can scroll them into view. */
export const watched: { end: Element; seen: () => void }[] = [];

class Watcher {
  readonly #callback: IntersectionObserverCallback;
  constructor(callback: IntersectionObserverCallback) {
    this.#callback = callback;
  }
  observe(end: Element): void {
    const mark = { isIntersecting: true, target: end } as unknown as IntersectionObserverEntry;
    watched.push({ end, seen: () => this.#callback([mark], this as unknown as IntersectionObserver) });
  }
  disconnect(): void {}
}

globalThis.IntersectionObserver = Watcher as unknown as typeof IntersectionObserver;

afterEach(() => {
  cleanup();
  watched.length = 0;
});
