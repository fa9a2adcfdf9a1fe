import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openRollouts } from "./rollouts.fixture.ts";
import { findSpan, readSeries, type SeriesRange } from "./series.ts";

const ERRORS_ONLY = { signals: [{ name: "errors", kind: "failure-rate" as const }] };
const LONG = [{ share: 0.1, minSeconds: 3_600 }];
const WHOLE: SeriesRange = {
  fromMs: undefined,
  toMs: undefined,
  lastTicks: undefined,
  pointsMax: 1_000,
  known: undefined,
};
const latency = (bucketCount: number) => ({ zeroCount: 0, offset: 100, bucketCounts: [bucketCount] });

describeOnEachStore("a rollout's series", (open) => {
  const start = async () => {
    const database = await open();
    const rollouts = await openRollouts(database);
    const id = await rollouts.start({ guard: ERRORS_ONLY, stages: LONG });
    rollouts.arrive({
      off: { requests: 90, failures: 1, latency: latency(90) },
      on: { requests: 10, failures: 0, latency: latency(10) },
    });
    const ask = async (range: Partial<SeriesRange>) => {
      const span = await findSpan(database.db, id, { ...WHOLE, ...range });
      return span && { ...span, ...(await readSeries(database.db, await rollouts.state(id), span)) };
    };
    return { ask, database, id, rollouts };
  };

  it("tells of each second the evidence, the band, the counts and the exposure", async () => {
    const { ask, id, rollouts } = await start();
    await rollouts.judgeSeconds(20);

    const series = await ask({});

    const decision = rollouts.latest(id);
    const [errors] = series?.signals ?? [];
    expect(series?.points.tick).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(series?.points.at.at(-1)).toBe(new Date(decision?.atMs ?? 0).toISOString());
    expect(series?.points.logEvidence.at(-1)).toBe(decision?.logEvidence);
    expect(errors?.logEvidence.at(-1)).toBeCloseTo(decision?.signals[0]?.logEvidence ?? 9, 4);
    expect(errors?.bandHigh.at(-1)).toBeCloseTo(decision?.signals[0]?.band?.high ?? 9, 2);
    expect(series?.points.exposure.at(-1)).toBe(decision?.gate.exposure);
    const [baseline, candidate] = series?.arms ?? [];
    expect([baseline?.requests.at(-1), baseline?.failures.at(-1), candidate?.requests.at(-1)]).toEqual([90, 1, 10]);
    // Ten latencies a second: the median needs ten, p99 a hundred.
    expect(candidate?.p50[0]).toBeGreaterThan(0);
    expect([candidate?.p99[8], candidate?.p99[9]]).toEqual([null, candidate?.p50[0]]);
  });

  it("puts several seconds into a point when there are more than asked for, and loses no request and no peak", async () => {
    const { ask, rollouts } = await start();
    await rollouts.judgeSeconds(45);
    const each = await ask({});

    const series = await ask({ pointsMax: 10 });

    const [baseline] = series?.arms ?? [];
    expect(series?.stepTicks).toBe(5);
    expect(series?.points.seconds).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 5]);
    expect(baseline?.requests).toEqual(Array.from({ length: 9 }, () => 450));
    expect(Math.max(...(series?.points.logEvidence ?? []))).toBe(Math.max(...(each?.points.logEvidence ?? [])));
  });

  it("goes on from what is known with the open point and those after it; together they are the whole", async () => {
    const { ask, rollouts } = await start();
    await rollouts.judgeSeconds(42);
    const before = await ask({ pointsMax: 10 });
    await rollouts.judgeSeconds(6);

    const more = await ask({ pointsMax: 10, known: { afterTick: 42, stepTicks: 5 } });

    const whole = await ask({ pointsMax: 10 });
    const kept = (before?.points.fromTick ?? []).filter((tick) => tick < (more?.points.fromTick[0] ?? 0));
    expect(more).toMatchObject({ isWhole: false, points: { fromTick: [41, 46] } });
    expect([...kept, ...(more?.points.fromTick ?? [])]).toEqual(whole?.points.fromTick);
    expect(more?.arms[0]?.requests).toEqual(whole?.arms[0]?.requests.slice(-2));
    expect(more?.arms[0]?.p50).toEqual(whole?.arms[0]?.p50.slice(-2));
    // Ten more points do not fit: the reader begins anew.
    expect(await ask({ pointsMax: 10, known: { afterTick: 42, stepTicks: 2 } })).toMatchObject({ isWhole: true });
  });

  it("cuts out a range of time, and the last seconds", async () => {
    const { ask, rollouts } = await start();
    const startMs = rollouts.clock.nowMs;
    await rollouts.judgeSeconds(30);

    const range = await ask({ fromMs: startMs + 10_000, toMs: startMs + 19_500 });
    const last = await ask({ lastTicks: 7 });

    expect([range?.firstTick, range?.lastTick]).toEqual([10, 19]);
    expect(range?.points.tick).toHaveLength(10);
    expect([last?.firstTick, last?.lastTick]).toEqual([24, 30]);
    expect(await ask({ fromMs: startMs + 60_000 })).toBeNull();
    expect(await ask({ toMs: startMs - 60_000 })).toBeNull();
  });

  it("draws ticks from before readings were stored without what they lack", async () => {
    const { ask, database, rollouts } = await start();
    await rollouts.judgeSeconds(5);
    await database.db.updateTable("rollout_tick").set({ reading: null }).where("tick", "<=", 3).execute();

    const series = await ask({});

    expect(series?.signals[0]?.logEvidence.map((value) => value === null)).toEqual([true, true, true, false, false]);
    expect(series?.points.logEvidence.every(Number.isFinite)).toBe(true);
  });

  it("samples a range of weeks: the newest seconds of each point, and of the open one", async () => {
    const { ask, database, id, rollouts } = await start();
    await rollouts.judgeSeconds(1);
    const [first] = await database.db.selectFrom("rollout_tick").selectAll().where("rollout_id", "=", id).execute();
    const row = (tick: number) => ({
      ...(first ?? expect.fail("no tick")),
      tick,
      body: JSON.stringify({ ...JSON.parse(first?.body ?? ""), tick }),
    });
    for (let tick = 2; tick < 30_000; tick += 1_000)
      await database.db
        .insertInto("rollout_tick")
        .values(Array.from({ length: 1_000 }, (_, index) => row(tick + index)))
        .execute();

    const series = await ask({ pointsMax: 20 });

    expect(series?.stepTicks).toBe(1_800);
    expect(series?.points.seconds).toEqual([...Array.from({ length: 16 }, () => 705), 705]);
    expect(series?.points.tick.slice(0, 2)).toEqual([1_800, 3_600]);
    expect(series?.points.tick.at(-1)).toBe(30_001);
  });
});
