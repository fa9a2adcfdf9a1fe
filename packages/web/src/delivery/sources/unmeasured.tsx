import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMe, useOperateRefusal } from "../../access/session.ts";
import type { Service, UnmeasuredRepository } from "../../api/types.ts";
import list from "../../settings/settings-list.module.css";
import { countOf, formatCount } from "../../ui/format.ts";
import { GatedButton } from "../../ui/gated-button.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { unmeasuredQuery } from "../delivery-queries.ts";
import { sourceName } from "../source-name.ts";
import { MeasureDialog } from "./measure-dialog.tsx";
import row from "./source-row.module.css";
import classes from "./sources-page.module.css";

/** Repositories that are told of and belong to no service, so that no figure is made of it; nothing where there are none. */
export function Unmeasured({ services }: { services: readonly Service[] }) {
  // Who sees one environment alone is not told of what is told of any.
  const isEverywhere = useMe()?.environment === null;
  const unmeasured = useQuery({ ...unmeasuredQuery, enabled: isEverywhere }).data;
  const refusal = useOperateRefusal();
  const [measuring, setMeasuring] = useState<UnmeasuredRepository>();
  if (!unmeasured || unmeasured.items.length === 0) return null;
  const { items, total } = unmeasured;
  return (
    <section className={classes.part} aria-label="Told, but of no service">
      <div className={classes.head}>
        <h2>Told, but of no service</h2>
      </div>
      <p className={list.lead}>
        Sources tell of {total === 1 ? "this repository" : "these repositories"}, and no service has{" "}
        {total === 1 ? "it" : "them"}: no figure is made of what they tell.
        {items.length < total && ` Of ${formatCount(total)}, those that told last.`}
      </p>
      <ul className={list.list}>
        {items.map((each) => (
          <li key={each.repository} data-testid="unmeasured">
            <div className={list.what}>
              <h3 className={row.title}>{each.repository}</h3>
              <p>
                {sourceName(each.toldBy)} · {countOf(each.tellings, "message")}
                {each.isMore && " or more"}, the last <RelativeTime at={each.lastToldAt} />
                {each.environments.length > 0 && ` · deployed to ${each.environments.join(", ")}`}
              </p>
            </div>
            <GatedButton
              refusal={refusal}
              variant="default"
              size="xs"
              aria-label={`Measure it: ${each.repository}`}
              onClick={() => setMeasuring(each)}
            >
              Measure it
            </GatedButton>
          </li>
        ))}
      </ul>
      {measuring && (
        <MeasureDialog repository={measuring.repository} services={services} onClose={() => setMeasuring(undefined)} />
      )}
    </section>
  );
}
