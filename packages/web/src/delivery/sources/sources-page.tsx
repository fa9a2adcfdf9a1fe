import { Button } from "@mantine/core";
import { IconPlugConnected, IconPlus, IconTimeline } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useAdministerRefusal, useOperateRefusal } from "../../access/session.ts";
import type { DeliverySource, Service } from "../../api/types.ts";
import list from "../../settings/settings-list.module.css";
import { GatedButton } from "../../ui/gated-button.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../ui/page-states.tsx";
import { usePageTitle } from "../../ui/use-page-title.ts";
import { servicesQuery } from "../delivery-queries.ts";
import { ConnectSourceDialog } from "./connect-source-dialog.tsx";
import { DisconnectSourceDialog } from "./disconnect-source-dialog.tsx";
import { ServiceDialog } from "./service-dialog.tsx";
import { ServiceRow } from "./service-row.tsx";
import { sourcesQuery } from "./source-queries.ts";
import { SourceRow } from "./source-row.tsx";
import classes from "./sources-page.module.css";
import { Unmeasured } from "./unmeasured.tsx";

const SHOWN_AT_ONCE = 50;

const route = getRouteApi("/signed-in/settings/sources");

/** What delivery is measured of, and who tells it. */
export function SourcesPage() {
  usePageTitle("Services and sources");
  return (
    <>
      <PageHead title="Services and sources" />
      <p className={list.lead}>
        Delivery is measured of what others tell: forges by webhook, pipelines by CDEvents, OpenTelemetry or one line at
        the end of a deployment. What is told of a repository belongs to the service that names it.
      </p>
      <Services />
      <UnmeasuredPart />
      <Sources />
    </>
  );
}

function UnmeasuredPart() {
  const services = useQuery(servicesQuery).data;
  return services && <Unmeasured services={services} />;
}

function useDialog() {
  const { create } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (what: "service" | "source" | undefined) =>
    void navigate({
      replace: true,
      resetScroll: false,
      search: ({ create: _before, ...rest }) => (what ? { ...rest, create: what } : rest),
    });
  return { create, open };
}

function Services() {
  const services = useQuery(servicesQuery);
  const refusal = useOperateRefusal();
  const { create, open } = useDialog();
  const [editing, setEditing] = useState<Service>();
  const [shownMax, setShownMax] = useState(SHOWN_AT_ONCE);
  return (
    <section className={classes.part} aria-label="Services">
      <div className={classes.head}>
        <h2>Services</h2>
        <GatedButton
          refusal={refusal}
          size="xs"
          leftSection={<IconPlus size={15} aria-hidden />}
          onClick={() => open("service")}
        >
          Add a service
        </GatedButton>
      </div>
      {services.isPending && <LoadingState label="Loading the services" heights={[62, 62]} />}
      {services.isError && (
        <ErrorState
          title="The services could not be read"
          error={services.error}
          onRetry={() => void services.refetch()}
        />
      )}
      {services.data?.length === 0 && (
        <EmptyState icon={<IconTimeline size={22} aria-hidden />} title="No service is known yet">
          <p>
            Add the first one with its repositories. Services that flags or deployments name stand here by themselves.
          </p>
        </EmptyState>
      )}
      {services.data && services.data.length > 0 && (
        <ul className={list.list}>
          {services.data.slice(0, shownMax).map((each) => (
            <ServiceRow key={each.key} service={each} refusal={refusal} onEdit={() => setEditing(each)} />
          ))}
        </ul>
      )}
      {services.data && services.data.length > shownMax && (
        <Button variant="default" onClick={() => setShownMax(shownMax + SHOWN_AT_ONCE)} className={list.more}>
          Show more ({services.data.length - shownMax})
        </Button>
      )}
      {editing && services.data && (
        <ServiceDialog service={editing} services={services.data} onClose={() => setEditing(undefined)} />
      )}
      {create === "service" && refusal === null && services.data && (
        <ServiceDialog services={services.data} onClose={() => open(undefined)} />
      )}
    </section>
  );
}

function Sources() {
  const sources = useQuery(sourcesQuery);
  const refusal = useAdministerRefusal();
  const { create, open } = useDialog();
  const [disconnecting, setDisconnecting] = useState<DeliverySource>();
  const active = sources.data?.filter(({ removedAt }) => removedAt === null) ?? [];
  const removed = sources.data?.filter(({ removedAt }) => removedAt !== null) ?? [];
  return (
    <section className={classes.part} aria-label="Sources of webhooks">
      <div className={classes.head}>
        <h2>Sources of webhooks</h2>
        <GatedButton
          refusal={refusal}
          size="xs"
          leftSection={<IconPlugConnected size={15} aria-hidden />}
          onClick={() => open("source")}
        >
          Connect a source
        </GatedButton>
      </div>
      {sources.isPending && <LoadingState label="Loading the sources" heights={[62]} />}
      {sources.isError && (
        <ErrorState
          title="The sources could not be read"
          error={sources.error}
          onRetry={() => void sources.refetch()}
        />
      )}
      {sources.data && active.length === 0 && (
        <EmptyState icon={<IconPlugConnected size={22} aria-hidden />} title="No forge is connected">
          <p>
            GitHub and GitLab tell of pull requests, reviews, deployments and incidents as they happen: with them the
            page knows where the time goes.
          </p>
        </EmptyState>
      )}
      {active.length > 0 && (
        <ul className={list.list}>
          {active.map((each) => (
            <SourceRow key={each.id} source={each} refusal={refusal} onDisconnect={() => setDisconnecting(each)} />
          ))}
        </ul>
      )}
      {removed.length > 0 && (
        <details className={list.revoked}>
          <summary>Disconnected ({removed.length})</summary>
          <ul className={list.list}>
            {removed.map((each) => (
              <SourceRow key={each.id} source={each} refusal={refusal} />
            ))}
          </ul>
        </details>
      )}
      {disconnecting && <DisconnectSourceDialog source={disconnecting} onClose={() => setDisconnecting(undefined)} />}
      {create === "source" && refusal === null && <ConnectSourceDialog onClose={() => open(undefined)} />}
    </section>
  );
}
