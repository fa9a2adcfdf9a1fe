import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { DeliveryReport } from "../api/types.ts";
import { Dialog } from "../ui/dialog.tsx";
import { heldText } from "./held.ts";
import { KeptLimit } from "./long-table.tsx";
import { useOpenHref } from "./open-link.tsx";
import { type Opened, openedOf } from "./opened.ts";
import { OpenedChange } from "./opened-change.tsx";
import { ChangesTable } from "./opened-changes.tsx";
import { DeploymentsTable, FailuresTable, IncidentsTable } from "./opened-deployments.tsx";
import { GuardTable } from "./opened-guard.tsx";
import { OpenedRollout } from "./opened-rollout.tsx";
import { TestRunsTable } from "./opened-test.tsx";
import { useFocusOnTurn } from "./use-focus-on-turn.ts";

const route = getRouteApi("/signed-in/delivery");

/** What a figure is made of, opened over the page; the address says which. */
export function OpenedDialog({ report }: { report: DeliveryReport }) {
  const { open } = route.useSearch();
  return open === undefined ? null : <OpenDialog report={report} open={open} />;
}

function OpenDialog({ report, open }: { report: DeliveryReport; open: string }) {
  const navigate = route.useNavigate();
  const place = useFocusOnTurn(open, useOpenHref());
  const [limits] = useState(() => new Map<string, number>());
  const opened = openedOf(report, open);
  return (
    <Dialog
      title={opened.title}
      onClose={() => void navigate({ resetScroll: false, search: ({ open: _open, ...rest }) => rest })}
      width={860}
    >
      <div ref={place}>
        <KeptLimit value={{ limit: limits.get(open), keep: (limit) => void limits.set(open, limit) }}>
          <Content key={open} report={report} opened={opened} />
        </KeptLimit>
      </div>
    </Dialog>
  );
}

function Content({ report, opened }: { report: DeliveryReport; opened: Opened }) {
  const { totals } = report;
  switch (opened.kind) {
    case "changes":
      return <ChangesTable {...opened} held={{ count: report.changes.length, total: totals.changes }} />;
    case "change":
      return <OpenedChange report={report} change={opened.change} />;
    case "rollout":
      return <OpenedRollout rolloutId={opened.rolloutId} isTakenBack={opened.isTakenBack} />;
    case "deployments":
      return <DeploymentsTable {...opened} held={{ count: report.deployments.length, total: totals.deployments }} />;
    case "failures":
      return <FailuresTable report={report} />;
    case "incidents":
      return <IncidentsTable report={report} />;
    case "guard":
      return <GuardTable report={report} />;
    case "test":
      return <TestRunsTable test={opened.test} />;
    default:
      return <p>{unknownText(report)}</p>;
  }
}

function unknownText({ changes, deployments, totals }: DeliveryReport): string {
  if (changes.length === totals.changes && deployments.length === totals.deployments)
    return "What this address opens is not among what was told in this time. Choose a longer one.";
  return `What this address opens is not among what the page knows of this time: ${heldText(changes.length, totals.changes, "change")}, and ${heldText(deployments.length, totals.deployments, "deployment")}.`;
}
