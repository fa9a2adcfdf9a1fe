import { Link } from "@tanstack/react-router";
import type { Service } from "../../api/types.ts";
import list from "../../settings/settings-list.module.css";
import { GatedButton } from "../../ui/gated-button.tsx";
import classes from "./source-row.module.css";

type Props = { readonly service: Service; readonly refusal: string | null; readonly onEdit: () => void };

/** One service: whose, built from what, deployed where. */
export function ServiceRow({ service, refusal, onEdit }: Props) {
  const { key, name, owner, repositories, environments, isRegistered } = service;
  return (
    <li data-testid="service" data-service={key}>
      <div className={list.what}>
        <h3 className={classes.title}>
          <Link to="/delivery" search={{ service: key }}>
            {name}
          </Link>
          {!isRegistered && (
            <span className={classes.state} data-tone="idle">
              Not added yet
            </span>
          )}
        </h3>
        <p>
          {name !== key && (
            <>
              <code>{key}</code> ·{" "}
            </>
          )}
          {owner !== "" && <>{owner} · </>}
          {repositories.length === 0
            ? "no repository: what forges tell is laid to no service"
            : repositories.join(", ")}
        </p>
        <p>
          {environments.length === 0
            ? "Nothing of it was deployed anywhere yet."
            : `Deployed in ${environments.join(", ")}.`}
        </p>
      </div>
      <GatedButton refusal={refusal} variant="default" size="xs" aria-label={`Edit ${name}`} onClick={onEdit}>
        Edit
      </GatedButton>
    </li>
  );
}
