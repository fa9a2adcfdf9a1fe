import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { IconChartLine, IconTable } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import { CHART_HEIGHT, type ChartHandlers, chartOptions, tellNewest } from "./chart-options.ts";
import type { ChartSpec } from "./chart-spec.ts";
import { ChartTable } from "./chart-table.tsx";
import classes from "./time-chart.module.css";
import { useIsPrinted } from "./use-is-printed.ts";

type Props = {
  readonly spec: ChartSpec;
  readonly handlers: ChartHandlers;
  /** Beside the title: a choice of what is drawn. */
  readonly choice?: ReactNode;
  /** Below the chart: what it says, in words. */
  readonly children?: ReactNode;
};

/** Lines over time, or their figures as a table. The newest data replaces the old in place, without building the chart anew. */
export function TimeChart({ spec, handlers, choice, children }: Props) {
  const [isTable, setTable] = useState(false);
  return (
    <figure className={classes.figure} data-testid="chart" data-points={spec.times.length}>
      <figcaption className={classes.head}>
        <span className={classes.title}>{spec.title}</span>
        <span className={classes.tools}>
          {choice}
          <button
            type="button"
            className={classes.tool}
            aria-pressed={isTable}
            aria-label={`Show as table: ${spec.title}`}
            title={isTable ? "Show as chart" : "Show as table"}
            onClick={() => setTable(!isTable)}
          >
            {isTable ? <IconChartLine size={15} aria-hidden /> : <IconTable size={15} aria-hidden />}
          </button>
        </span>
      </figcaption>
      {isTable ? <ChartTable spec={spec} /> : <Plot spec={spec} handlers={handlers} />}
      {children}
    </figure>
  );
}

function Plot({ spec, handlers }: Pick<Props, "spec" | "handlers">) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const latest = useRef({ ...spec, ...handlers });
  latest.current = { ...spec, ...handlers };
  const scheme = useComputedColorScheme("light");
  const isPrinted = useIsPrinted();
  const shape = `${spec.scale} ${spec.lines.map(({ label, color, look, width }) => [label, color, look, width]).join("|")}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read anew with the scheme, lines with their names
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const plot = new uPlot(chartOptions(latest, element.clientWidth), dataOf(latest.current), element);
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: CHART_HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [scheme, shape, isPrinted]);

  useEffect(() => {
    if (!chart.current) return;
    chart.current.setData(dataOf(spec));
    tellNewest(chart.current);
  }, [spec]);

  return <div ref={holder} role="img" aria-label={spec.description} className={classes.plot} />;
}

function dataOf({ times, lines }: ChartSpec): uPlot.AlignedData {
  return [[...times], ...lines.map((line) => [...line.values])];
}
