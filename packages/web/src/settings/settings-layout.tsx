import { Link, Outlet } from "@tanstack/react-router";
import classes from "./settings-layout.module.css";

const SECTIONS = [
  { to: "/settings/environments", label: "Environments" },
  { to: "/settings/tokens", label: "Tokens" },
  { to: "/settings/sources", label: "Sources" },
  { to: "/settings/about", label: "About" },
] as const;

/** What stands around the settings' pages. */
export function SettingsLayout() {
  return (
    <div className={classes.layout}>
      <nav className={classes.sections} aria-label="Settings">
        {SECTIONS.map(({ to, label }) => (
          <Link key={to} to={to} activeOptions={{ includeSearch: false }}>
            {label}
          </Link>
        ))}
      </nav>
      <div className={classes.page}>
        <Outlet />
      </div>
    </div>
  );
}
