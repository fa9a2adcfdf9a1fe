import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { environmentsQuery } from "../api/queries.ts";
import type { Service } from "../api/types.ts";
import classes from "./delivery-page.module.css";
import { WINDOW_DAYS, WINDOW_DAYS_DEFAULT } from "./delivery-search.ts";
import { environmentGroups } from "./environment-groups.ts";

const route = getRouteApi("/signed-in/delivery");

type Props = {
  readonly services: readonly Service[];
  readonly service: Service;
  readonly environment: string;
  readonly days: number;
};

/** What is looked at: which service, where, and how far back. */
export function DeliveryChoices({ services, service, environment, days }: Props) {
  return (
    <div className={classes.choices}>
      <ServiceChoice services={services} service={service} />
      <EnvironmentChoice service={service} environment={environment} />
      <WindowChoice days={days} />
    </div>
  );
}

function ServiceChoice({ services, service }: Pick<Props, "services" | "service">) {
  const navigate = route.useNavigate();
  return (
    <NativeSelect
      aria-label="Service"
      data={services.map((each) => ({ value: each.key, label: each.name }))}
      value={service.key}
      onChange={(event) => {
        const wanted = event.currentTarget.value;
        const told = services.find((each) => each.key === wanted)?.environments ?? [];
        void navigate({
          search: ({ open: _open, deployedTo, ...rest }) => ({
            ...{ ...rest, service: wanted },
            ...(deployedTo !== undefined && told.includes(deployedTo) ? { deployedTo } : {}),
          }),
        });
      }}
    />
  );
}

function EnvironmentChoice({ service, environment }: Pick<Props, "service" | "environment">) {
  const navigate = route.useNavigate();
  const flags = useQuery(environmentsQuery).data ?? [];
  return (
    <NativeSelect
      aria-label="Deployed to"
      data={environmentGroups(service.environments, flags, environment)}
      value={environment}
      onChange={(event) => {
        const wanted = event.currentTarget.value;
        const isOfFlags = flags.some(({ key }) => key === wanted);
        void navigate({
          search: ({ open: _open, deployedTo: _before, ...rest }) =>
            isOfFlags ? { ...rest, environment: wanted } : { ...rest, deployedTo: wanted },
        });
      }}
    />
  );
}

function WindowChoice({ days }: Pick<Props, "days">) {
  const navigate = route.useNavigate();
  return (
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
  );
}
