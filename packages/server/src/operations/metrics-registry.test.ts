import { describe, expect, it } from "vitest";
import { MetricsRegistry, SERIES_PER_METRIC_MAX } from "./metrics-registry.ts";

describe("the text that Prometheus reads", () => {
  it("has help, type and a line for each series", () => {
    const registry = new MetricsRegistry();
    const counter = registry.counter("things_total", "Things.", ["kind"]);

    counter.add(2, { kind: "a" });
    counter.add(3, { kind: 'quo"ted\\ line\nbreak' });
    counter.add(1, { kind: "a" });

    expect(registry.render()).toBe(
      '# HELP things_total Things.\n# TYPE things_total counter\nthings_total{kind="a"} 3\n' +
        'things_total{kind="quo\\"ted\\\\ line\\nbreak"} 3\n',
    );
  });

  it("gives histograms as running totals, the upper bound included", () => {
    const registry = new MetricsRegistry();
    const histogram = registry.histogram("took_seconds", "Time.", [0.1, 1], ["route"]);

    for (const seconds of [0.05, 0.1, 0.5, 7]) histogram.observe(seconds, { route: "/x" });

    expect(registry.render().split("\n").slice(2, -1)).toEqual([
      'took_seconds_bucket{route="/x",le="0.1"} 2',
      'took_seconds_bucket{route="/x",le="1"} 3',
      'took_seconds_bucket{route="/x",le="+Inf"} 4',
      'took_seconds_sum{route="/x"} 7.65',
      'took_seconds_count{route="/x"} 4',
    ]);
  });

  it("shows a counter without labels before it first counts", () => {
    const registry = new MetricsRegistry();
    registry.counter("late_total", "Late.");

    expect(registry.render()).toContain("\nlate_total 0\n");
  });

  it("reads what others keep at the moment it is asked", () => {
    const registry = new MetricsRegistry();
    let open = 1;
    registry.readValue("gauge", "open", "Open.", () => open);
    registry.readSeries("counter", "dropped_total", "Dropped.", "reason", () => [["late", open]]);

    open = 5;

    expect(registry.render()).toContain("\nopen 5\n");
    expect(registry.render()).toContain('\ndropped_total{reason="late"} 5\n');
  });
});

describe("bounds", () => {
  it("put the label sets beyond the bound together", () => {
    const registry = new MetricsRegistry();
    const counter = registry.counter("many_total", "Many.", ["id"]);

    for (let id = 0; id < SERIES_PER_METRIC_MAX + 10; id += 1) counter.add(1, { id: String(id) });

    expect(registry.render()).toContain('many_total{id="(other)"} 10\n');
  });

  it("refuse a second metric of the same name", () => {
    const registry = new MetricsRegistry();
    registry.counter("twice_total", "One.");

    expect(() => registry.gauge("twice_total", "Two.")).toThrow(/exists already/);
  });
});
