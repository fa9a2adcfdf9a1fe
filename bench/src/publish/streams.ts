// Opens event streams over raw sockets, as cheaply as they can be followed, and says when each snapshot has reached them all.
// `node streams.ts HOST PORT TOKEN COUNT`; prints {"event":"open"} and then, for each version, {"version","times":[ms, …]}.

import { connect, type Socket } from "node:net";

const [host = "", port = "", token = "", count = ""] = process.argv.slice(2);
const streams = Number(count);
/** Opened at once: a node's backlog is bounded. */
const OPENING_MAX = 100;
/** A version that not everybody has after this is told with those who have it. */
const PATIENCE_MS = 30_000;

const REQUEST = [
  "GET /api/v1/environments/production/snapshot/stream HTTP/1.1",
  `host: ${host}`,
  `authorization: Bearer ${token}`,
  "accept: text/event-stream",
  "",
  "",
].join("\r\n");

const nowMs = () => performance.timeOrigin + performance.now();
const arrivals = new Map<number, { times: number[]; timer: NodeJS.Timeout }>();

/** The end of a frame: what an SDK can apply. */
const FRAME_END = Buffer.from("\n\n");
const ID = Buffer.from("id: ");

function tell(version: number): void {
  const arrived = arrivals.get(version);
  if (arrived === undefined) return;
  clearTimeout(arrived.timer);
  arrivals.delete(version);
  console.log(JSON.stringify({ version, times: arrived.times }));
}

function arrive(version: number): void {
  const arrived = arrivals.get(version) ?? { times: [], timer: setTimeout(() => tell(version), PATIENCE_MS) };
  arrivals.set(version, arrived);
  arrived.times.push(nowMs());
  if (arrived.times.length === streams) tell(version);
}

/** Opens one stream; resolves with its first whole snapshot. */
function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), host);
    let version = 0;
    let isFirst = true;
    // A frame's head and its end may come apart; two bytes of the last piece are enough to see an end that was cut.
    let tail = Buffer.alloc(0);
    socket.on("data", (piece) => {
      const bytes = tail.length > 0 ? Buffer.concat([tail, piece]) : piece;
      const id = bytes.indexOf(ID);
      if (id >= 0) {
        const line = bytes.indexOf(0x0a, id);
        if (line >= 0) version = Number(bytes.toString("latin1", id + ID.length, line));
      }
      const isEnd = bytes.length >= 2 && bytes.subarray(-2).equals(FRAME_END);
      tail = isEnd ? Buffer.alloc(0) : Buffer.from(bytes.subarray(-64));
      if (!isEnd || version === 0) return;
      if (isFirst) {
        isFirst = false;
        resolve(socket);
      } else arrive(version);
      version = 0;
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("a stream was closed")));
    socket.write(REQUEST);
  });
}

for (let opened = 0; opened < streams; opened += OPENING_MAX)
  await Promise.all(Array.from({ length: Math.min(OPENING_MAX, streams - opened) }, open));
console.log(JSON.stringify({ event: "open" }));
