import { Link } from "@tanstack/react-router";
import { AccountMenu } from "./account-menu.tsx";
import { EnvironmentSwitch } from "./environment-switch.tsx";
import { Logo } from "./logo.tsx";
import classes from "./top-bar.module.css";

const PAGES = [
  { to: "/", label: "Now" },
  { to: "/flags", label: "Flags" },
  { to: "/journal", label: "Journal" },
] as const;

export function TopBar() {
  return (
    <header className={classes.bar}>
      <div className={classes.inner}>
        <Link to="/" className={classes.home} aria-label="Steadfast: now">
          <Logo />
        </Link>
        <nav className={classes.pages} aria-label="Pages">
          {PAGES.map(({ to, label }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === "/", includeSearch: false }}>
              {label}
            </Link>
          ))}
        </nav>
        <div className={classes.right}>
          <EnvironmentSwitch />
          <AccountMenu />
        </div>
      </div>
    </header>
  );
}
