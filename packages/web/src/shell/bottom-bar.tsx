import { IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import classes from "./bottom-bar.module.css";
import { PAGES, type PageLink } from "./pages.ts";

/** So many pages stand before the button in the middle. */
const BEFORE_START = 2;

/** The pages within reach of a thumb. Shown on narrow screens only, where the top bar has no room for them. */
export function BottomBar() {
  return (
    <nav className={classes.bar} aria-label="Pages">
      {PAGES.slice(0, BEFORE_START).map((page) => (
        <Item key={page.to} page={page} />
      ))}
      <Link to="/rollouts/new" className={classes.start} activeOptions={{ includeSearch: false }}>
        <span aria-hidden>
          <IconPlus size={18} stroke={2.4} />
        </span>
        Start
      </Link>
      {PAGES.slice(BEFORE_START).map((page) => (
        <Item key={page.to} page={page} />
      ))}
    </nav>
  );
}

function Item({ page: { to, label, Icon } }: { page: PageLink }) {
  return (
    <Link to={to} activeOptions={{ exact: to === "/", includeSearch: false }}>
      <Icon size={21} stroke={1.7} aria-hidden />
      {label}
    </Link>
  );
}
