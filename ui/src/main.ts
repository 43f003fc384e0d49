// Opens the window's front end on the real core; `--mode fake` opens it on made-up data instead.

import { mount } from "svelte";
import "./styles/tokens.css";
import "./styles/base.css";
import App from "./App.svelte";
import { Desk } from "./desk.svelte";
import type { Host } from "./host/host";

async function open(): Promise<void> {
  let host: Host;
  if (import.meta.env.MODE === "fake") host = (await import("./host/fake")).fakeHost();
  else host = (await import("./host/tauri")).tauriHost;
  const desk = new Desk(host);
  const target = document.getElementById("app");
  if (target) mount(App, { target, props: { desk } });
  await desk.start();
  await host.ready();
}

void open();
