import { IconPlus, IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Keys } from "../ui/keys.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { useCommands } from "./commands.ts";
import { EnvironmentSwitch } from "./environment-switch.tsx";
import { Logo } from "./logo.tsx";
import { PAGES } from "./pages.ts";
import classes from "./top-bar.module.css";

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
          <PaletteButton />
          <EnvironmentSwitch />
          <Link to="/rollouts/new" className={classes.start} activeOptions={{ includeSearch: false }}>
            <IconPlus size={15} stroke={2.4} aria-hidden />
            Start a rollout
          </Link>
          <AccountMenu />
        </div>
      </div>
    </header>
  );
}

function PaletteButton() {
  const { openPalette, preparePalette } = useCommands();
  return (
    <button
      type="button"
      className={classes.search}
      aria-keyshortcuts="Meta+K Control+K"
      aria-haspopup="dialog"
      onClick={openPalette}
      onPointerEnter={preparePalette}
      onFocus={preparePalette}
    >
      <IconSearch size={16} aria-hidden />
      <span className={classes.spoken}>Search pages, flags, rollouts and actions</span>
      <span className={classes.searchLabel} aria-hidden>
        Search
      </span>
      <span className={classes.searchKeys} aria-hidden>
        <Keys keys={["Mod", "K"]} />
      </span>
    </button>
  );
}
