// The agent of npm, with the model that listens at its first argument: its settings can be given to it only in its
// environment, and a test has no keychain to keep them in.
import { spawn } from "node:child_process";

const model = { tool_call: true, limit: { context: 100000, output: 1000 } };
const options = { baseURL: process.argv[2], apiKey: "none" };
const settings = {
  provider: { test: { npm: "@ai-sdk/openai-compatible", options, models: { scripted: model } } },
  model: "test/scripted",
  small_model: "test/scripted",
  permission: { edit: "ask", bash: "ask" },
  autoupdate: false,
  share: "disabled",
};
const program = new URL("node_modules/opencode-linux-x64/bin/opencode", import.meta.url).pathname;
const env = {
  ...process.env,
  OPENCODE_CONFIG_CONTENT: JSON.stringify(settings),
  OPENCODE_DISABLE_MODELS_FETCH: "1",
  OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  OPENCODE_DISABLE_AUTOUPDATE: "1",
};
spawn(program, ["acp", "--pure"], { stdio: "inherit", env }).on("exit", (code) => process.exit(code ?? 1));
