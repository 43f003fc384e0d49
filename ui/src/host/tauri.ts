// The host inside the real window. The only file that knows Tauri.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Host } from "./host";
import type { Change } from "./wire";

export const tauriHost: Host = {
  standing: () => invoke("standing"),
  inbox: () => invoke("inbox"),
  card: (action) => invoke("card", { action }),
  newTask: (task) => invoke("new_task", { task }),
  runs: () => invoke("runs"),
  run: (run) => invoke("run", { run }),
  stopRun: (run) => invoke("stop_run", { run }),
  goOn: (run) => invoke("go_on", { run }),
  setLimits: (run, limits) => invoke("set_limits", { run, limits }),
  approve: (action, digest, confirm) => invoke("approve", { action, digest, confirm }),
  reject: (action, reason, stop) => invoke("reject", { action, reason, stop }),
  edit: (action, args) => invoke("edit", { action, args }),
  answer: (question, text) => invoke("answer", { question, text }),
  say: (run, text) => invoke("say", { run, text }),
  undo: (id) => invoke("undo", { id }),
  dismissUnknown: (action) => invoke("dismiss_unknown", { action }),
  history: (query) => invoke("history", { query }),
  export: (format) => invoke("export", { format }),
  why: (action) => invoke("why", { action }),
  ruleOffers: (action) => invoke("rule_offers", { action }),
  addRule: (action, draft, secondYes) => invoke("add_rule", { action, draft, secondYes }),
  rules: () => invoke("rules"),
  revokeRule: (rule) => invoke("revoke_rule", { rule }),
  trustOffers: () => invoke("trust_offers"),
  acceptTrust: (action) => invoke("accept_trust", { action }),
  declineTrust: (action) => invoke("decline_trust", { action }),
  advise: (task) => invoke("advise", { task }),
  tools: () => invoke("tools"),
  connections: () => invoke("connections"),
  addConnection: (draft) => invoke("add_connection", { draft }),
  testConnection: (name) => invoke("test_connection", { name }),
  switchConnection: (name, on) => invoke("switch_connection", { name, on }),
  removeConnection: (name) => invoke("remove_connection", { name }),
  declareTool: (server, tool, declared) => invoke("declare_tool", { server, tool, declared }),
  acceptTool: (server, tool) => invoke("accept_tool", { server, tool }),
  importConnections: (file) => invoke("import_connections", { file }),
  settings: () => invoke("settings"),
  setSettings: (settings) => invoke("set_settings", { settings }),
  setKey: (key, fallback) => invoke("set_key", { key, fallback }),
  findModels: () => invoke("find_models"),
  freeze: () => invoke("freeze"),
  unfreeze: () => invoke("unfreeze"),
  verify: () => invoke("verify"),
  practice: () => invoke("practice"),
  ready: () => invoke("ready"),
  onChange(callback) {
    const listening = listen<Change>("change", (event) => callback(event.payload));
    return () => void listening.then((stop) => stop());
  },
};
