// A whole window over the fake host, with clocks that a test moves.

import { render } from "@testing-library/svelte";
import { tick } from "svelte";
import { vi } from "vitest";
import App from "../App.svelte";
import { Desk } from "../desk.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { sample, type Sample } from "../host/fake-data";

export const NOW = 1_790_000_000_000;

export interface Stage {
  desk: Desk;
  host: FakeHost;
  /** Lets `ms` of monotonic time pass. */
  pass: (ms: number) => Promise<void>;
  called: (name: string) => unknown[][];
}

export async function stage(change: (data: Sample) => void = () => {}): Promise<Stage> {
  vi.useFakeTimers();
  const data = sample(NOW);
  change(data);
  const host = fakeHost(data);
  let clock = 0;
  const desk = new Desk(host, { now: () => NOW, clock: () => clock });
  render(App, { props: { desk } });
  await desk.start();
  await tick();
  const pass = async (ms: number): Promise<void> => {
    // What was asked for is drawn first: a card's time runs from when it is there.
    await tick();
    clock += ms;
    await vi.advanceTimersByTimeAsync(ms);
    await tick();
  };
  const called = (name: string): unknown[][] =>
    host.calls.filter((call) => call.name === name).map((call) => call.args);
  return { desk, host, pass, called };
}

export function byTestId(id: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  if (!found) throw new Error(`nothing has data-testid ${id}`);
  return found;
}
