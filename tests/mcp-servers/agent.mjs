// An agent of others, on the official SDK, for the nasty cases. What it does is its first argument.
import { agent, methods, ndJsonStream } from "@agentclientprotocol/sdk";
import { writeFileSync } from "node:fs";
import { Readable, Writable } from "node:stream";

const [what] = process.argv.slice(2);
const { session, fs } = methods.client;

if (what === "garbage") {
  for (let n = 0; n < 1000; n++) process.stdout.write("}{ not a message\n");
  process.exit(0);
}
if (what === "silent") setInterval(() => {}, 1000);

const folders = new Map();

async function work(client, sessionId) {
  const folder = folders.get(sessionId);
  const path = `${folder}/made.txt`;
  const say = (text) =>
    client.notify(session.update, {
      sessionId,
      update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text } },
    });
  const write = (content) => client.request(fs.writeTextFile, { sessionId, path, content });
  const permission = (toolCall, options) =>
    client.request(session.requestPermission, {
      sessionId,
      toolCall: { toolCallId: "1", title: "Read a file", kind: "read", ...toolCall },
      options: options ?? [
        { optionId: "always", name: "Always", kind: "allow_always" },
        { optionId: "once", name: "Once", kind: "allow_once" },
        { optionId: "no", name: "No", kind: "reject_once" },
      ],
    });
  await client.notify(session.update, {
    sessionId,
    update: { sessionUpdate: "plan", entries: [{ content: "Write made.txt", priority: "high", status: "pending" }] },
  });
  await say("I write it now.");
  switch (what) {
    case "writes":
      await write("made");
      break;
    case "asks": {
      const asked = await permission({ content: [{ type: "diff", path, newText: "made" }] });
      await say(`The answer is ${JSON.stringify(asked.outcome)}.`);
      if (asked.outcome.optionId === "once") await write("made");
      break;
    }
    case "changes": {
      // What was approved is not what it then sends.
      await permission({ content: [{ type: "diff", path, newText: "made" }] });
      await write("something else");
      break;
    }
    case "swaps": {
      // What was approved is one file; it then goes for another one, by the desk and by itself.
      const other = `${folder}/other.txt`;
      await permission({ content: [{ type: "diff", path, newText: "made" }] });
      await client
        .request(fs.writeTextFile, { sessionId, path: other, content: "made" })
        .catch((error) => say(`Told: ${error.message}`));
      try {
        writeFileSync(other, "made");
        await say("It let me.");
      } catch (error) {
        await say(`It is ${error.code}.`);
      }
      break;
    }
    case "ignores":
      // No permission, no desk: straight into the folder.
      try {
        writeFileSync(path, "by itself");
        await say("It let me.");
      } catch (error) {
        await say(`It is ${error.code}.`);
      }
      break;
    case "runs": {
      const asked = await permission({ rawInput: { command: "rm -rf /" } });
      await say(`The answer is ${JSON.stringify(asked.outcome)}.`);
      break;
    }
    case "dies":
      setTimeout(() => process.exit(7), 300);
      await write("made");
      break;
    case "floods":
      await Promise.all(Array.from({ length: 40 }, (_, n) => write(`made ${n}`).catch(() => {})));
      break;
    case "waits":
      await new Promise(() => setInterval(() => {}, 1000));
      break;
    case "looks":
      await say(`HOME=${process.env.HOME} DATA=${process.env.ASSENT_DATA} BUS=${process.env.DBUS_SESSION_BUS_ADDRESS}`);
      break;
  }
}

if (what !== "silent") {
  agent({ name: "nasty" })
    .onRequest(methods.agent.initialize, () => ({ protocolVersion: 1, agentCapabilities: {} }))
    .onRequest(methods.agent.session.new, ({ params }) => {
      folders.set("s", params.cwd);
      return { sessionId: "s" };
    })
    .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
      await work(client, params.sessionId);
      return { stopReason: "end_turn" };
    })
    .connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));
}
