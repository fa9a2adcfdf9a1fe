import { describe, expect, it } from "vitest";
import { LiveScreen } from "./live-screen.ts";

function screenOf(size: { columns?: number; rows?: number }) {
  let written = "";
  const screen = new LiveScreen({ write: (text) => (written += text), ...size });
  return { screen, written: () => written };
}

describe("a live screen", () => {
  it("draws a frame over the one before, cut to the terminal", () => {
    const { screen, written } = screenOf({ columns: 8, rows: 5 });

    screen.draw(["0123456789", "b", "c", "d", "e", "f"]);
    screen.draw(["second"]);

    expect(written()).not.toContain("89");
    expect(written()).not.toContain("e\u001b[K");
    expect(written()).toContain("\u001b[4Fsecond");
  });

  it("shows what it has where the terminal says that it has no size", () => {
    const { screen, written } = screenOf({ columns: 0, rows: 0 });

    screen.draw(Array.from({ length: 20 }, (_, index) => `line ${index}`));

    expect(written()).toContain("line 19");
  });
});
