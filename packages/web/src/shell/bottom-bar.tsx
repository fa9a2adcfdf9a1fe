import { Link } from "@tanstack/react-router";
import classes from "./bottom-bar.module.css";
import { PAGES } from "./pages.ts";

/** The pages within reach of a thumb. Shown on narrow screens only, where the top bar has no room for them. */
export function BottomBar() {
  return (
    <nav className={classes.bar} aria-label="Pages">
      {PAGES.map(({ to, label, Icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === "/", includeSearch: false }}>
          <Icon size={21} stroke={1.7} aria-hidden />
          {label}
        </Link>
      ))}
    </nav>
  );
}
