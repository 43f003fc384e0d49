// An MCP server that answers as a test wrote it down. `odd.json` of its folder names, for each method, the lines that are
// sent for it; ID stands for the id of the request, or of the one that is
// cancelled. What is not named there is answered as it should be.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const odd = existsSync("odd.json") ? JSON.parse(readFileSync("odd.json", "utf8")) : {};
const send = (line) => process.stdout.write(line + "\n");
const plain = {
  initialize: (params) => ({ protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "odd", version: "1" } }),
  "tools/list": () => ({ tools: [{ name: "echo", description: "Echoes.", inputSchema: { type: "object" } }] }),
  "tools/call": () => ({ content: [{ type: "text", text: "as it should be" }] }),
};
(odd.first ?? []).forEach(send);
createInterface({ input: process.stdin }).on("line", (line) => {
  appendFileSync("log.txt", line + "\n");
  const { id, method, params } = JSON.parse(line);
  const written = odd[method];
  if (written) {
    written.forEach((one) => send(one.replaceAll("ID", JSON.stringify(id ?? params?.requestId))));
  } else if (plain[method]) {
    send(JSON.stringify({ jsonrpc: "2.0", id, result: plain[method](params) }));
  } else if (id !== undefined) {
    send(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "no such method" } }));
  }
});
