// The host inside the real window. The only file that knows Tauri.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { commands } from "./commands";
import type { Host } from "./host";
import type { Change } from "./wire";

export const tauriHost: Host = {
  ...commands(invoke),
  onChange(callback) {
    const listening = listen<Change>("change", (event) => callback(event.payload));
    return () => void listening.then((stop) => stop());
  },
};
