// An MCP server that misbehaves on purpose: the stand-in for faults. It speaks JSON-RPC over its standard input and
// output. What it offers stands in the file `definitions.json` of its folder, so that a test can change it between calls.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { createInterface } from "node:readline";

const log = process.env.STAND_IN_LOG ?? "log.txt";
const write = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");
const text = (words) => ({ content: [{ type: "text", text: words }] });
const anything = { type: "object" };
const plain = [
  { name: "echo", description: "Gives the arguments back.", inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"], additionalProperties: false } },
  ...["environment", "long", "huge", "deep", "not_utf8", "slow_bytes", "slow", "crash", "error", "broken", "ask", "ask_secret", "sample", "socket", "read", "write", "spawn"]
    .map((name) => ({ name, description: `Does ${name}.`, inputSchema: anything })),
];
const offered = () => (existsSync("definitions.json") ? JSON.parse(readFileSync("definitions.json", "utf8")) : plain);
const waiting = new Map();
let asked = 1000;
const request = (method, params) =>
  new Promise((done) => {
    waiting.set(++asked, done);
    write({ id: asked, method, params });
  });

const tools = {
  echo: (args) => ({ ...text(args.text), structuredContent: { text: args.text } }),
  environment: () => text(JSON.stringify(process.env)),
  long: () => text("0123456789".repeat(10_000)),
  huge: () => text("x".repeat(50 * 1024 * 1024)),
  slow: () => new Promise(() => {}),
  crash: () => process.exit(3),
  error: () => ({ ...text("No such thing."), isError: true }),
  ask: async () => text(JSON.stringify(await request("elicitation/create", { message: "Which colour?", requestedSchema: { type: "object", properties: { colour: { type: "string" } }, required: ["colour"] } }))),
  ask_secret: async () => text(JSON.stringify(await request("elicitation/create", { message: "Please sign in.", requestedSchema: { type: "object", properties: { password: { type: "string" } } } }))),
  sample: async () => text(JSON.stringify(await request("sampling/createMessage", { messages: [], maxTokens: 5 }))),
  socket: ({ port }) => new Promise((done) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("connect", () => done(text("connected")));
    socket.on("error", (error) => done(text(`blocked: ${error.code}`)));
  }),
  read: ({ path }) => { try { return text(readFileSync(path, "utf8")); } catch (error) { return text(`blocked: ${error.code}`); } },
  write: ({ path }) => { try { appendFileSync(path, "x"); return text("written"); } catch (error) { return text(`blocked: ${error.code}`); } },
  spawn: async () => {
    const { spawn } = await import("node:child_process");
    return text(String(spawn("sleep", ["600"], { detached: true, stdio: "ignore" }).pid));
  },
};

createInterface({ input: process.stdin }).on("line", async (line) => {
  appendFileSync(log, line + "\n");
  const message = JSON.parse(line);
  const { id, method, params } = message;
  if (method === undefined) {
    waiting.get(id)?.(message.result ?? message.error);
  } else if (method === "initialize") {
    write({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: { listChanged: true } }, serverInfo: { name: "stand-in", version: "1" } } });
  } else if (method === "tools/list") {
    write({ id, result: { tools: offered() } });
  } else if (method === "tools/call") {
    const { name, arguments: args } = params;
    if (name === "deep") {
      process.stdout.write(`{"jsonrpc":"2.0","id":${id},"result":{"structuredContent":${"[".repeat(100_000)}${"]".repeat(100_000)},"content":[]}}\n`);
    } else if (name === "not_utf8") {
      process.stdout.write(Buffer.concat([Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}]}}\n')]));
    } else if (name === "slow_bytes") {
      setInterval(() => process.stdout.write(" "), 100);
    } else if (name === "broken") {
      write({ id, error: { code: -32000, message: "It broke \u202e on purpose." } });
    } else {
      write({ id, result: await (tools[name] ?? tools.echo)(args) });
    }
  } else if (id !== undefined) {
    write({ id, error: { code: -32601, message: "no such method" } });
  }
});
