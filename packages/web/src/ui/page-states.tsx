import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { type ReactNode, useEffect, useState } from "react";
import classes from "./panel.module.css";

/** Before this much time has passed a wait is not shown: a flicker tells less than a short pause. */
const SHOW_LOADING_AFTER_MS = 200;

type EmptyProps = { icon: ReactNode; title: string; tone?: "good"; isWholePage?: boolean; children?: ReactNode };

/** Nothing is here: says so, and what to do next. */
export function EmptyState({ icon, title, tone, isWholePage, children }: EmptyProps) {
  const Title = isWholePage ? "h1" : "h2";
  return (
    <section className={`${classes.panel} ${classes.state}`} data-testid="empty-state">
      <span className={classes.icon} data-tone={tone}>
        {icon}
      </span>
      <Title className={classes.title}>{title}</Title>
      {children}
    </section>
  );
}

type ErrorProps = { title: string; error: unknown; isWholePage?: boolean; onRetry?: () => void };

/** Something failed: what, why, what to do; and to try again. */
export function ErrorState({ title, error, isWholePage, onRetry }: ErrorProps) {
  const Title = isWholePage ? "h1" : "h2";
  return (
    <section className={`${classes.panel} ${classes.state}`} role="alert">
      <span className={classes.icon} data-tone="bad">
        <IconAlertTriangle size={22} aria-hidden />
      </span>
      <Title className={classes.title}>{title}</Title>
      <p>{error instanceof Error ? error.message : "Something went wrong that nobody foresaw. Reload the page."}</p>
      {onRetry && (
        <Button variant="default" size="sm" onClick={onRetry}>
          Try again
        </Button>
      )}
    </section>
  );
}

/** Holds the place of what is on its way. */
export function LoadingState({ label, heights = [120] }: { label: string; heights?: readonly number[] }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setShown(true), SHOW_LOADING_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, []);
  return (
    <output className={classes.skeleton} aria-label={label} style={{ visibility: isShown ? "visible" : "hidden" }}>
      {heights.map((height, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: place-holders have no identity
        <span key={index} style={{ height }} />
      ))}
    </output>
  );
}
