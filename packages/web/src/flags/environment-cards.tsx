import { Link } from "@tanstack/react-router";
import type { Environment, Flag } from "../api/types.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./environment-cards.module.css";
import { FlagStateCell } from "./flag-state-cell.tsx";

type Props = { readonly flag: Flag; readonly environments: readonly Environment[]; readonly chosen: string };

/** The flag's environments side by side; the chosen one is what the rest of the page is about. */
export function EnvironmentCards({ flag, environments, chosen }: Props) {
  return (
    <ul className={classes.cards} aria-label="Environments">
      {environments.map(({ key, name }) => {
        const state = flag.environments[key];
        return (
          <li key={key} className={classes.card} data-chosen={key === chosen || undefined}>
            <Link
              className={classes.name}
              to="."
              search={({ version: _ofTheOther, ...rest }) => ({ ...rest, environment: key })}
              aria-current={key === chosen ? "true" : undefined}
            >
              {name}
            </Link>
            {state ? (
              <>
                <FlagStateCell state={state} />
                <span className={classes.quiet}>
                  <RelativeTime at={state.updatedAt} />, {state.updatedBy.name}
                </span>
              </>
            ) : (
              <span className={classes.quiet}>not here</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
