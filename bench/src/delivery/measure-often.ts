// Measures a clone's history again and again in one process: what of the time is the work, and what is V8 getting to know it.
//
//   node measure-often.ts PATH      prints the first time and the median of the last ten, in milliseconds

import { measureSubject } from "../../../packages/server/src/cli/delivery/measure-subject.ts";
import { readRequest } from "../../../packages/server/src/cli/delivery/request.ts";
import { processIo } from "../../../packages/server/src/cli/io.ts";
import { graphOf } from "../../../packages/server/src/git/commit-columns.ts";
import { readHistory } from "../../../packages/server/src/git/read-history.ts";
import { spreadOf } from "../report/spread.ts";

const TIMES = 30;
const LAST = 10;

const [path = "."] = process.argv.slice(2);
const io = processIo({ PATH: "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin" });
const place = { path, env: io.env };
const request = readRequest(path, { from: "1970-01-02", json: true, lines: false }, io.nowMs());
const { repository, history } = await readHistory(place, undefined, () => {});
const { commits, tags } = history;
const progress = { show() {}, note() {}, done() {} };
const tookMs: number[] = [];
for (let time = 0; time < TIMES; time += 1) {
  const startedMs = performance.now();
  await measureSubject({ io, place, repository, commits, graph: graphOf(commits), tags, request, progress }, null);
  tookMs.push(performance.now() - startedMs);
}
console.log([tookMs[0], spreadOf(tookMs.slice(-LAST)).median].join(" "));
