// Reads what one git prints of a history and another of its tags, and counts fields: what reading alone takes in Node, the plain way.
//
//   node read-only.ts PATH FORMAT

import { spawn } from "node:child_process";

const [path = ".", format = "%H"] = process.argv.slice(2);
const REFS = "%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00%(taggerdate:unix)%00";
const counts = await Promise.all([
  fieldsOf(["log", "-z", `--format=tformat:${format}`, "HEAD", "--tags", "--"]),
  fieldsOf(["for-each-ref", `--format=${REFS}`, "refs/tags/"]),
]);
console.log(counts.join(" "));

async function fieldsOf(args: readonly string[]): Promise<number> {
  const env = { ...process.env, GIT_FLUSH: "0" };
  const child = spawn("git", ["-C", path, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
  let fields = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    for (let at = chunk.indexOf(0); at >= 0; at = chunk.indexOf(0, at + 1)) fields += 1;
  });
  const code = await new Promise((settle) => child.on("close", settle));
  if (code !== 0) throw new Error(`git ended with ${String(code)}`);
  return fields;
}
