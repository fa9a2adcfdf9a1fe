import classes from "./logo.module.css";

/** Steps that go up, and the name. */
export function Logo() {
  return (
    <span className={classes.logo}>
      <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#2453c4" />
        <path
          d="M7 22h5v-5h5v-5h5V8h3"
          fill="none"
          stroke="#fff"
          strokeWidth="3"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      Steadfast
    </span>
  );
}
