import { expect, it } from "vitest";
import { FakeClock } from "../test/fake-clock.ts";
import { Freshness } from "./freshness.ts";

function watched() {
  const clock = new FakeClock();
  const states: string[] = [];
  const freshness = new Freshness({ clock, staleAfterMs: 60_000, onState: (state) => states.push(state) });
  return { clock, states, freshness };
}

it("is stale once nothing was heard for long enough, counted from the last byte", () => {
  const { clock, states, freshness } = watched();
  freshness.confirmed();
  clock.advance(50_000);
  freshness.alive();

  clock.advance(59_999);
  expect(states).toEqual(["ready"]);
  clock.advance(1);

  expect(states).toEqual(["ready", "stale"]);
  expect(freshness.ageMs).toBe(60_000);
});

it("is back by any byte of a connection that had confirmed the snapshot", () => {
  const { clock, states, freshness } = watched();
  freshness.confirmed();
  clock.advance(60_000);

  freshness.alive();

  expect(states).toEqual(["ready", "stale", "ready"]);
});

it("is not back by bytes of a new connection before it confirmed the snapshot", () => {
  const { clock, states, freshness } = watched();
  freshness.confirmed();
  freshness.lost();
  clock.advance(60_000);

  freshness.alive();
  expect(states).toEqual(["ready", "stale"]);
  freshness.confirmed();

  expect(states).toEqual(["ready", "stale", "ready"]);
});

it("keeps one timer, and none after it is closed", () => {
  const { clock, freshness } = watched();
  for (let time = 0; time < 5; time += 1) freshness.confirmed();
  expect(clock.count("freshness")).toBe(1);

  freshness.close();

  expect(clock.count("freshness")).toBe(0);
});
