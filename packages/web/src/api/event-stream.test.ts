import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { followEventStream, type StreamState } from "./event-stream.ts";

/** As much of the browser's EventSource as is used, steered by the test. */
class SteeredSource extends EventTarget {
  static readonly opened: SteeredSource[] = [];
  readonly url: string;
  isClosed = false;

  constructor(url: string) {
    super();
    this.url = url;
    SteeredSource.opened.push(this);
  }

  close(): void {
    this.isClosed = true;
  }
}

const states: StreamState[] = [];
const heard: string[] = [];
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  vi.stubGlobal("EventSource", SteeredSource);
  vi.stubGlobal("document", Object.assign(new EventTarget(), { hidden: false }));
  vi.stubGlobal("window", globalThis);
  for (const list of [SteeredSource.opened, states, heard]) list.length = 0;
  stop = followEventStream({
    url: () => `/stream?after=${heard.length}`,
    eventName: "news",
    onMessage: (data) => heard.push(data),
    onState: (state) => states.push(state),
  });
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const newest = () => SteeredSource.opened.at(-1);

describe("followEventStream", () => {
  it("tries again when the server took the connection and never answered, and says so", () => {
    vi.advanceTimersByTime(11_000);

    expect(states).toEqual(["connecting", "reconnecting"]);
    expect(SteeredSource.opened.map((source) => source.isClosed)).toEqual([true, false]);
  });

  it("goes on from what it heard, and is live at once", () => {
    newest()?.dispatchEvent(new Event("open"));
    newest()?.dispatchEvent(new MessageEvent("news", { data: "one" }));
    newest()?.dispatchEvent(new Event("error"));
    vi.advanceTimersByTime(500);
    newest()?.dispatchEvent(new Event("open"));

    expect(heard).toEqual(["one"]);
    expect(SteeredSource.opened.map((source) => source.url)).toEqual(["/stream?after=0", "/stream?after=1"]);
    expect(states.at(-1)).toBe("live");
  });

  it("leaves no connection and no timer behind", () => {
    newest()?.dispatchEvent(new Event("open"));
    stop();

    expect(newest()?.isClosed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
