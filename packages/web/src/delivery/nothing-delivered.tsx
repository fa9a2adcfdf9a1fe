import { IconTimeline } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { countOf } from "../ui/format.ts";
import { EmptyState } from "../ui/page-states.tsx";
import { toldEnvironmentsQuery } from "./delivery-queries.ts";
import { NoFacts } from "./no-facts.tsx";

type Props = { readonly service: string; readonly environment: string; readonly days: number };

/** Nothing was delivered here in this time: says where something was told instead, and what would make figures. */
export function NothingDelivered({ service, environment, days }: Props) {
  const told = useQuery(toldEnvironmentsQuery(service)).data;
  const isTold = told === undefined || told.some((each) => each.environment === environment);
  const elsewhere = told?.filter((each) => each.environment !== environment) ?? [];
  return (
    <EmptyState
      icon={<IconTimeline size={22} aria-hidden />}
      title={isTold ? `Nothing was delivered here in ${days} days` : `Nothing was told for ${environment}`}
    >
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
