import { IconTimeline } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { DeliveryReport } from "../api/types.ts";
import { countOf } from "../ui/format.ts";
import { EmptyState } from "../ui/page-states.tsx";
import { toldEnvironmentsQuery } from "./delivery-queries.ts";
import { NoFacts } from "./no-facts.tsx";
import { missingDeployments } from "./what-is-missing.ts";

type Props = { readonly report: DeliveryReport; readonly days: number };

/** Nothing was delivered here in this time: says where something was told instead, and what would make figures. */
export function NothingDelivered({ report, days }: Props) {
  const { service, environment } = report;
  const told = useQuery(toldEnvironmentsQuery(service)).data;
  const isTold = told === undefined || told.some((each) => each.environment === environment);
  const elsewhere = told?.filter((each) => each.environment !== environment) ?? [];
  const missing = missingDeployments(report);
  return (
    <EmptyState
      icon={<IconTimeline size={22} aria-hidden />}
      title={isTold ? `Nothing was delivered here in ${days} days` : `Nothing was told for ${environment}`}
    >
      {missing && (
        <p>
          {missing.what} {missing.remedy}
        </p>
      )}
      {elsewhere.map((each) => (
        <p key={each.environment} data-testid="told-elsewhere">
          {countOf(each.tellings, "message")} told of <strong>{each.environment}</strong>.{" "}
          <Link to="/delivery" search={({ open: _open, ...rest }) => ({ ...rest, deployedTo: each.environment })}>
            Look at {each.environment}
          </Link>
        </p>
      ))}
      <NoFacts service={service} environment={environment} />
    </EmptyState>
  );
}
