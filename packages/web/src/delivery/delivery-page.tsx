import { NativeSelect } from "@mantine/core";
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
import classes from "./delivery-page.module.css";
import { deliveryQuery, servicesQuery } from "./delivery-queries.ts";
import { BASELINE_DAYS, WINDOW_DAYS, WINDOW_DAYS_DEFAULT } from "./delivery-search.ts";
import { DeploymentTimeline } from "./deployment-timeline.tsx";
import { FlakyTests } from "./flaky-tests.tsx";
import { LeadTimeScatter } from "./lead-time-scatter.tsx";
import { MeasureCards } from "./measure-cards.tsx";
import { NoFacts } from "./no-facts.tsx";
import { OpenedDialog } from "./opened-dialog.tsx";
import { SizeScatter } from "./size-scatter.tsx";
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
  return services.data.length === 0 ? (
    <div className={classes.page}>
      <PageHead title="Delivery" />
      <EmptyState icon={<IconTimeline size={22} aria-hidden />} title="No service is known yet">
        <NoFacts />
      </EmptyState>
    </div>
  ) : (
    <OfService services={services.data} />
  );
}

function OfService({ services }: { services: readonly Service[] }) {
  const environment = useEnvironment();
  const { service: asked, days = WINDOW_DAYS_DEFAULT } = route.useSearch();
  const key = services.find((each) => each.key === asked)?.key ?? services[0]?.key ?? "";
  const report = useQuery({
    ...deliveryQuery(key, environment, { days, daysBefore: 0 }),
    placeholderData: keepPreviousData,
  });
  const baseline = useQuery(deliveryQuery(key, environment, { days: BASELINE_DAYS, daysBefore: days }));
  return (
    <div className={classes.page} data-service={key}>
      <PageHead title="Delivery" note={`of ${key} in ${environment}`}>
        <Choices services={services} service={key} days={days} />
      </PageHead>
      {report.isPending && <LoadingState label="Measuring" heights={[90, 130, 300, 260]} />}
      {report.isError && (
        <ErrorState title="The report could not be made" error={report.error} onRetry={() => void report.refetch()} />
      )}
      {report.data && <Report report={report.data} baseline={baseline.data} days={days} />}
    </div>
  );
}

function Report({
  report,
  baseline,
  days,
}: {
  report: DeliveryReport;
  baseline: DeliveryReport | undefined;
  days: number;
}) {
  if (report.deployments.length === 0) {
    return (
      <>
        <EmptyState icon={<IconTimeline size={22} aria-hidden />} title={`Nothing was delivered here in ${days} days`}>
          <NoFacts service={report.service} environment={report.environment} />
        </EmptyState>
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

function Choices({ services, service, days }: { services: readonly Service[]; service: string; days: number }) {
  const navigate = route.useNavigate();
  return (
    <div className={classes.choices}>
      <NativeSelect
        aria-label="Service"
        data={services.map((each) => ({ value: each.key, label: each.name }))}
        value={service}
        onChange={(event) => {
          const wanted = event.currentTarget.value;
          void navigate({ search: ({ open: _open, ...rest }) => ({ ...rest, service: wanted }) });
        }}
      />
      <NativeSelect
        aria-label="Window"
        data={WINDOW_DAYS.map((each) => ({ value: String(each), label: `${each} days` }))}
        value={String(days)}
        onChange={(event) => {
          const wanted = Number(event.currentTarget.value);
          void navigate({
            search: ({ days: _days, open: _open, ...rest }) =>
              wanted === WINDOW_DAYS_DEFAULT ? rest : { ...rest, days: wanted },
          });
        }}
      />
    </div>
  );
}
