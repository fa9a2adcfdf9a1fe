import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { environmentsQuery } from "../api/queries.ts";
import { useEnvironment } from "./environment.ts";
import classes from "./top-bar.module.css";

/** Chooses the environment and keeps it in the address, so that a link shows what its sender saw. */
export function EnvironmentSwitch() {
  const looked = useEnvironment();
  // The Delivery page may look at one that has no flags.
  const { deployedTo: environment = looked } = useSearch({ strict: false });
  const navigate = useNavigate();
  const known = useQuery(environmentsQuery).data ?? [];
  const options = known.some((each) => each.key === environment)
    ? known
    : [{ key: environment, name: environment, createdAt: "" }, ...known];
  const choose = (key: string) =>
    void navigate({ to: ".", search: ({ deployedTo: _before, ...rest }) => ({ ...rest, environment: key }) });
  return (
    <label className={classes.environment}>
      <span className={classes.dot} aria-hidden />
      <span className={classes.spoken}>Environment</span>
      <select value={environment} onChange={(event) => choose(event.currentTarget.value)}>
        {options.map((each) => (
          <option key={each.key} value={each.key}>
            {each.name}
          </option>
        ))}
      </select>
    </label>
  );
}
