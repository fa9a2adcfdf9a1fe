import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";

const route = getRouteApi("/signed-in/delivery");

type Props = {
  /** As `openedOf` reads it. */
  readonly open: string;
  readonly children: ReactNode;
  /** Where its text alone does not tell those who hear it what it opens. */
  readonly label?: string | undefined;
  /** When it is pointed at. */
  readonly title?: string | undefined;
  readonly className?: string | undefined;
};

/** A figure that opens what it is made of. */
export function OpenLink({ open, label, title, className, children }: Props) {
  return (
    <Link
      to="/delivery"
      search={(search) => ({ ...search, open })}
      resetScroll={false}
      aria-label={label}
      title={title}
      className={className}
    >
      {children}
    </Link>
  );
}

/** The address at which something of this page is open: for the marks of a drawing. */
export type HrefOf = (open: string) => string;

export function useOpenHref(): HrefOf {
  const { options } = useRouter();
  const search = route.useSearch();
  return (open) => `/delivery${options.stringifySearch({ ...search, open })}`;
}
