import { connect } from "node:net";

/** A connection that says nothing more hangs; nobody waits for it longer than this. */
const SILENCE_MS = 20_000;

/** Writes bytes to a port and reads until the other side closes. What is no HTTP is the point. */
export function sayRaw(port: number, said: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const chunks: Buffer[] = [];
    const end = () => resolve(Buffer.concat(chunks).toString("latin1"));
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error("the server neither answered nor closed")));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("close", end);
    socket.on("error", (error: Error & { code?: string }) => {
      // A server may reset what it has refused.
      if (error.code === "ECONNRESET" || error.code === "EPIPE") end();
      else reject(error);
    });
    socket.write(said);
  });
}

/** The statuses of what came back, one for each answer on the connection. */
export function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/(?:^|\r\n|\}|>)HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}
