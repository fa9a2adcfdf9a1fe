/**
 * Label sets of one metric. Labels are routes, statuses and reasons, all from lists of ours; a metric that still reaches the
 * bound puts what is new under `OTHER`, so that a mistake cannot fill the memory here or in Prometheus.
 */
export const SERIES_PER_METRIC_MAX = 500;
const OTHER = "(other)";

type Labels<L extends string> = Readonly<Record<L, string>>;

export type Counter<L extends string = never> = { add(amount: number, labels: Labels<L>): void };
export type Gauge<L extends string = never> = { set(value: number, labels: Labels<L>): void };
export type Observe = (value: number) => void;
export type Histogram<L extends string = never> = {
  observe(value: number, labels: Labels<L>): void;
  /** For who observes often: the labels are looked up once. */
  series(labels: Labels<L>): Observe;
};

type Series = { readonly labels: string; value: number; readonly buckets: Float64Array; count: number };
type Metric = {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly labelNames: readonly string[];
  /** Upper bounds, ascending; for histograms. */
  readonly bounds: readonly number[];
  readonly series: Map<string, Series>;
};

const NAME_PATTERN = /^[a-z][a-z0-9_]*$/;

/**
 * This server's own metrics in Prometheus' text format: 100 lines instead of a library, since all it takes is counters,
 * gauges and histograms of a few labels.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export class MetricsRegistry {
  readonly #metrics = new Map<string, Metric>();
  readonly #collectors: (() => void)[] = [];

  counter<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    const metric = this.#register({ name, help, type: "counter", labelNames, bounds: [] });
    return {
      add: (amount, labels) => {
        seriesOf(metric, labels).value += amount;
      },
    };
  }

  gauge<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    const metric = this.#register({ name, help, type: "gauge", labelNames, bounds: [] });
    return {
      set: (value, labels) => {
        seriesOf(metric, labels).value = value;
      },
    };
  }

  histogram<L extends string = never>(
    name: string,
    help: string,
    bounds: readonly number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> {
    const metric = this.#register({ name, help, type: "histogram", labelNames, bounds });
    const observe = (series: Series, value: number) => {
      series.value += value;
      series.count += 1;
      const index = bounds.findIndex((bound) => value <= bound);
      if (index !== -1) series.buckets[index] = (series.buckets[index] ?? 0) + 1;
    };
    return {
      observe: (value, labels) => observe(seriesOf(metric, labels), value),
      series: (labels) => {
        const series = seriesOf(metric, labels);
        return (value) => observe(series, value);
      },
    };
  }

  /** What somebody else keeps by one label: read when it is asked for. `read` returns label values → value. */
  readSeries(
    type: "counter" | "gauge",
    name: string,
    help: string,
    labelName: string,
    read: () => Iterable<readonly [string, number]>,
  ): void {
    const metric = this.#register({ name, help, type, labelNames: [labelName], bounds: [] });
    this.#collectors.push(() => {
      for (const [label, total] of read()) seriesOf(metric, { [labelName]: label }).value = total;
    });
  }

  /** A counter or gauge without labels, read when it is asked for. */
  readValue(type: "counter" | "gauge", name: string, help: string, read: () => number): void {
    const metric = this.#register({ name, help, type, labelNames: [], bounds: [] });
    this.#collectors.push(() => {
      seriesOf(metric, {}).value = read();
    });
  }

  render(): string {
    for (const collect of this.#collectors) collect();
    const lines: string[] = [];
    for (const metric of this.#metrics.values()) {
      lines.push(`# HELP ${metric.name} ${metric.help}`, `# TYPE ${metric.name} ${metric.type}`);
      for (const series of metric.series.values()) lines.push(...renderSeries(metric, series));
    }
    return `${lines.join("\n")}\n`;
  }

  #register(metric: Omit<Metric, "series">): Metric {
    if (!NAME_PATTERN.test(metric.name)) throw new RangeError(`"${metric.name}" is no name of a metric`);
    if (this.#metrics.has(metric.name)) throw new RangeError(`the metric ${metric.name} exists already`);
    const registered: Metric = { ...metric, series: new Map() };
    this.#metrics.set(metric.name, registered);
    // A counter that never counted stands at 0, so that an alert on its rise works from the first time.
    if (metric.labelNames.length === 0) seriesOf(registered, {});
    return registered;
  }
}

function seriesOf(metric: Metric, labels: Readonly<Record<string, string>>): Series {
  const values = metric.labelNames.map((label) => labels[label] ?? "");
  const known = metric.series.get(values.join("\0"));
  if (known) return known;
  const isFull = metric.series.size >= SERIES_PER_METRIC_MAX;
  const named = isFull ? values.map(() => OTHER) : values;
  const key = named.join("\0");
  const other = metric.series.get(key);
  if (other) return other;
  const series: Series = {
    labels: metric.labelNames.map((label, index) => `${label}="${escapeLabel(named[index] ?? "")}"`).join(","),
    value: 0,
    buckets: new Float64Array(metric.bounds.length),
    count: 0,
  };
  metric.series.set(key, series);
  return series;
}

function renderSeries(metric: Metric, series: Series): string[] {
  const { name, bounds } = metric;
  const braces = series.labels === "" ? "" : `{${series.labels}}`;
  if (metric.type !== "histogram") return [`${name}${braces} ${series.value}`];
  const prefix = series.labels === "" ? "" : `${series.labels},`;
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += series.buckets[index] ?? 0;
    return `${name}_bucket{${prefix}le="${bound}"} ${below}`;
  });
  return [
    ...buckets,
    `${name}_bucket{${prefix}le="+Inf"} ${series.count}`,
    `${name}_sum${braces} ${series.value}`,
    `${name}_count${braces} ${series.count}`,
  ];
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
