import { getRouteApi, Link } from "@tanstack/react-router";
import type { FlagState } from "../api/types.ts";
import { CommandLines } from "../ui/command-lines.tsx";
import classes from "./code-view.module.css";
import { fallbackOf, flagType, snippetsFor } from "./snippets.ts";

const route = getRouteApi("/signed-in/flags/$key");

/** The code that asks for this flag, ready to paste, in each language. */
export function CodeView({ state }: { state: FlagState }) {
  const { language } = route.useSearch();
  const { variants, defaultVariant } = state.definition;
  const snippets = snippetsFor({
    key: state.key,
    type: flagType(variants),
    fallback: fallbackOf(variants, defaultVariant),
    url: window.location.origin,
  });
  const shown = snippets.find(({ id }) => id === language) ?? snippets[0];
  return (
    <section className={classes.code} aria-label="Code to paste">
      <nav className={classes.languages} aria-label="Languages">
        {snippets.map(({ id, label }) => (
          <Link
            key={id}
            to="."
            replace
            resetScroll={false}
            search={(before) => ({ ...before, language: id })}
            aria-current={id === shown?.id ? "true" : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      {shown && (
        <div className={classes.snippet}>
          {shown.install && <CommandLines label="Install" lines={shown.install} />}
          <CommandLines label={shown.label} lines={shown.code} />
          {shown.note && <p className={classes.quiet}>{shown.note}</p>}
          <p className={classes.quiet}>
            The token needs the role <strong>client</strong> and the environment <strong>{state.environment}</strong>.
            The default in the code, here the flag's own, is used when the flag is switched off or nothing can be
            reached.
          </p>
        </div>
      )}
    </section>
  );
}
