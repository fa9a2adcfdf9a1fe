import { IconTimeline } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { DeliveryReport, Service } from "../api/types.ts";
import { useEnvironment } from "../shell/environment.ts";
import { PageHead } from "../ui/page-head.tsx";
import { EmptyState, ErrorState, LoadingState } from "../ui/page-states.tsx";
import { usePageTitle } from "../ui/use-page-title.ts";
import { BatchHistogram } from "./batch-histogram.tsx";
import { Bottleneck } from "./bottleneck.tsx";
import { Caveats } from "./caveats.tsx";
import { DeliveryChoices } from "./delivery-choices.tsx";
import classes from "./delivery-page.module.css";
import { deliveryQuery, servicesQuery } from "./delivery-queries.ts";
import { BASELINE_DAYS, WINDOW_DAYS_DEFAULT } from "./delivery-search.ts";
import { DeploymentTimeline } from "./deployment-timeline.tsx";
import { FlakyTests } from "./flaky-tests.tsx";
import { LeadTimeScatter } from "./lead-time-scatter.tsx";
import { MeasureCards } from "./measure-cards.tsx";
import { NoFacts } from "./no-facts.tsx";
import { NothingDelivered } from "./nothing-delivered.tsx";
import { OpenedDialog } from "./opened-dialog.tsx";
import { SizeScatter } from "./size-scatter.tsx";
import { Unmeasured } from "./sources/unmeasured.tsx";
import { StageLedger } from "./stage-ledger.tsx";
import { TargetLine } from "./target-line.tsx";
import { ToldBy } from "./told-by.tsx";
import { WaitingNow } from "./waiting-now.tsx";

const route = getRouteApi("/signed-in/delivery");

/** How fast and how safely a service delivers, and what holds it back most. */
export function DeliveryPage() {
  const services = useQuery(servicesQuery);
  usePageTitle("Delivery");
  if (services.isPending) return <LoadingState label="Loading the services" heights={[36, 120, 260]} />;
  if (services.isError) {
    return (
      <ErrorState
        isWholePage
        title="The services could not be read"
        error={services.error}
        onRetry={() => void services.refetch()}
      />
    );
  }
  const [first] = services.data;
  return first === undefined ? (
    <div className={classes.page}>
      <PageHead title="Delivery" />
      <EmptyState icon={<IconTimeline size={22} aria-hidden />} title="No service is known yet">
        <NoFacts />
      </EmptyState>
      <Unmeasured services={[]} />
    </div>
  ) : (
    <OfService services={services.data} first={first} />
  );
}

function OfService({ services, first }: { services: readonly Service[]; first: Service }) {
  const lookedAt = useEnvironment();
  const { service: asked, deployedTo: environment = lookedAt, days = WINDOW_DAYS_DEFAULT } = route.useSearch();
  const service = services.find((each) => each.key === asked) ?? first;
  const { key } = service;
  const report = useQuery({
    ...deliveryQuery(key, environment, { days, daysBefore: 0 }),
    placeholderData: keepPreviousData,
  });
  const baseline = useQuery(deliveryQuery(key, environment, { days: BASELINE_DAYS, daysBefore: days }));
  return (
    <div className={classes.page} data-service={key}>
      <PageHead title="Delivery" note={`of ${key} in ${environment}`}>
        <DeliveryChoices services={services} service={service} environment={environment} days={days} />
      </PageHead>
      {report.isPending && <LoadingState label="Measuring" heights={[90, 130, 300, 260]} />}
      {report.isError && (
        <ErrorState title="The report could not be made" error={report.error} onRetry={() => void report.refetch()} />
      )}
      {report.data && <Report services={services} report={report.data} baseline={baseline.data} days={days} />}
    </div>
  );
}

function Report({
  services,
  report,
  baseline,
  days,
}: {
  services: readonly Service[];
  report: DeliveryReport;
  baseline: DeliveryReport | undefined;
  days: number;
}) {
  if (report.deployments.length === 0) {
    return (
      <>
        <NothingDelivered report={report} days={days} />
        <Unmeasured services={services} />
        <WaitingNow report={report} />
        <ToldBy report={report} />
      </>
    );
  }
  return (
    <>
      <Bottleneck report={report} />
      <MeasureCards report={report} baseline={baseline} />
      <TargetLine report={report} baseline={baseline} />
      <StageLedger report={report} />
      <DeploymentTimeline report={report} />
      <div className={classes.pair}>
        <LeadTimeScatter report={report} />
        <BatchHistogram report={report} />
      </div>
      <SizeScatter report={report} />
      <WaitingNow report={report} />
      <FlakyTests report={report} />
      <ToldBy report={report} />
      <Caveats report={report} />
      <OpenedDialog report={report} />
    </>
  );
}
