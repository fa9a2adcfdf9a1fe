import type { Io } from "../io.ts";

const CLEAR_LINE = "\r\u001b[K";
/** Often enough to see that it moves. */
const EVERY_MS = 100;

/** One line on stderr, drawn over itself, for a person who waits; nothing where nobody looks. */
export type Progress = {
  show(text: string): void;
  /** A line that stays, also where nobody looks now. */
  note(text: string): void;
  done(): void;
};

export function startProgress(io: Io): Progress {
  if (io.stderr.isTTY !== true) return { show() {}, note: (text) => void io.stderr.write(`${text}\n`), done() {} };
  let shownAtMs = 0;
  let isShown = false;
  let isOver = false;
  return {
    show(text) {
      if (isOver) return;
      const nowMs = io.nowMs();
      if (nowMs - shownAtMs < EVERY_MS) return;
      shownAtMs = nowMs;
      isShown = true;
      io.stderr.write(`${CLEAR_LINE}${text}`);
    },
    note(text) {
      io.stderr.write(`${isShown ? CLEAR_LINE : ""}${text}\n`);
      isShown = false;
      isOver = true;
    },
    done() {
      if (isShown) io.stderr.write(CLEAR_LINE);
      isShown = false;
      isOver = true;
    },
  };
}
