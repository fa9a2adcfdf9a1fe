import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { About } from "../api/types.ts";
import { aboutQuery, HEALTH_REFRESH_MS } from "../health/health-queries.ts";
import { formatBytes, formatCount, formatDuration, formatMilliseconds } from "../ui/format.ts";
import { FreshnessLine } from "../ui/freshness-line.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { ErrorState, LoadingState } from "../ui/page-states.tsx";
import { freshnessOf } from "../ui/query-freshness.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePageTitle } from "../ui/use-page-title.ts";
import classes from "./about-page.module.css";

const STORES = { sqlite: "SQLite, in the data folder", postgres: "PostgreSQL" } as const;

/** What runs here, and how the node that answers is. */
export function AboutPage() {
  const about = useQuery(aboutQuery);
  usePageTitle("About");
  return (
    <>
      <PageHead title="About this server">
        <FreshnessLine freshness={freshnessOf(about)} freshMs={2 * HEALTH_REFRESH_MS} />
      </PageHead>
      {about.isPending && <LoadingState label="Loading the figures" heights={[190, 190, 190]} />}
      {about.isError && !about.data && (
        <ErrorState title="The figures could not be read" error={about.error} onRetry={() => void about.refetch()} />
      )}
      {about.data && <Figures about={about.data} />}
    </>
  );
}

function Figures({ about }: { about: About }) {
  const { node, store, judge, telemetry } = about;
  return (
    <div className={classes.panels}>
      <Panel title="Steadfast">
        <Fact name="Version">{about.version}</Fact>
        <Fact name="Runs on">{about.runtime}</Fact>
        <Fact name="Licence">{about.licence}</Fact>
        <Fact name="Reference">
          <a href="/openapi.json">API (OpenAPI)</a> · <a href="/metrics">metrics</a> · <a href="/readyz">readiness</a>
        </Fact>
      </Panel>
      <Panel title="Storage">
        <Fact name="Store">{STORES[store.kind]}</Fact>
        <Fact name="On disk">{store.bytes === null ? "not told by the store" : formatBytes(store.bytes)}</Fact>
        <Fact name="Journal">{formatCount(about.journalHead)} events</Fact>
      </Panel>
      <Panel title="This node">
        <Fact name="Name">{node.name}</Fact>
        <Fact name="Started">
          <RelativeTime at={node.startedAt} />
          {node.uptimeSeconds >= 60 && <>, up {formatDuration(node.uptimeSeconds)}</>}
        </Fact>
        <Fact name="Memory">
          {formatBytes(node.residentBytes)}, heap {formatBytes(node.heapUsedBytes)}
        </Fact>
        <Fact name="Open streams">{formatCount(about.openStreams)}</Fact>
      </Panel>
      <Panel title="The guard on this node">
        <Fact name="Its second">
          {judge.isOnTime ? "on time" : "late"}
          {judge.tookMs !== null && <>, the last took {formatMilliseconds(judge.tookMs)}</>}
        </Fact>
        <Fact name="Began late">{formatCount(judge.lateTicks)} times since the start</Fact>
        <Fact name="Judges">
          {formatCount(judge.leasesHeld)} {judge.leasesHeld === 1 ? "rollout" : "rollouts"}
        </Fact>
        <Fact name="Telemetry">
          {formatCount(telemetry.evaluationsCounted + telemetry.observationsCounted)} counted,{" "}
          {formatCount(telemetry.dropped)} not counted
        </Fact>
      </Panel>
    </div>
  );
}

function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.panel}>
      <h2>{title}</h2>
      <dl>{children}</dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
