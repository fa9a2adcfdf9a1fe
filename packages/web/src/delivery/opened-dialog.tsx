import { getRouteApi } from "@tanstack/react-router";
import type { DeliveryReport } from "../api/types.ts";
import { Dialog } from "../ui/dialog.tsx";
import { type Opened, openedOf } from "./opened.ts";
import { OpenedChange } from "./opened-change.tsx";
import { ChangesTable } from "./opened-changes.tsx";
import { DeploymentsTable, FailuresTable, IncidentsTable } from "./opened-deployments.tsx";
import { GuardTable } from "./opened-guard.tsx";
import { OpenedRollout } from "./opened-rollout.tsx";
import { TestRunsTable } from "./opened-test.tsx";

const route = getRouteApi("/signed-in/delivery");

/** What a figure is made of, opened over the page; the address says which. */
export function OpenedDialog({ report }: { report: DeliveryReport }) {
  const { open } = route.useSearch();
  const navigate = route.useNavigate();
  if (open === undefined) return null;
  const opened = openedOf(report, open);
  return (
    <Dialog
      title={opened.title}
      onClose={() => void navigate({ resetScroll: false, search: ({ open: _open, ...rest }) => rest })}
      width={860}
    >
      <Content report={report} opened={opened} />
    </Dialog>
  );
}

function Content({ report, opened }: { report: DeliveryReport; opened: Opened }) {
  switch (opened.kind) {
    case "changes":
      return <ChangesTable changes={opened.changes} stage={opened.stage} total={opened.total} />;
    case "change":
      return <OpenedChange report={report} change={opened.change} />;
    case "rollout":
      return <OpenedRollout rolloutId={opened.rolloutId} isTakenBack={opened.isTakenBack} />;
    case "deployments":
      return <DeploymentsTable deployments={opened.deployments} />;
    case "failures":
      return <FailuresTable report={report} />;
    case "incidents":
      return <IncidentsTable report={report} />;
    case "guard":
      return <GuardTable decisions={report.guardDecisions} />;
    case "test":
      return <TestRunsTable test={opened.test} />;
    default:
      return <p>What this address opens is not among what was told in this time. Choose a longer one.</p>;
  }
}
