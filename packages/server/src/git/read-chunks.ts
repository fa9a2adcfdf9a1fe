import type { Readable } from "node:stream";

/** Git writes 4 kB at a time, and a pipe holds some 50: to be woken for each write takes longer than to read what it says. */
const FULL_BYTES = 32 * 1024;
/** A third of the time in which git fills a pipe, so that it never waits for us. */
const FILL_MS = 0.3;
/** Short answers come in one. */
const CHUNKS_AT_ONCE = 2;
const NOTHING = new Int32Array(new SharedArrayBuffer(4));

/** Calls back with what a process writes, in pieces as large as a pipe gives them. */
export async function readChunks(stdout: Readable, onChunk: (chunk: Buffer) => void): Promise<void> {
  let count = 0;
  for await (const chunk of stdout) {
    count += 1;
    if (count > CHUNKS_AT_ONCE && chunk.length < FULL_BYTES) letFill();
    onChunk(chunk);
  }
}

/** Holds this thread, and so the next reading. Only where the clock is that fine. */
function letFill(): void {
  if (process.platform === "linux") Atomics.wait(NOTHING, 0, 0, FILL_MS);
}
