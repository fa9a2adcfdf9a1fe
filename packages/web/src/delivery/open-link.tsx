import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";

type Props = {
  /** As `openedOf` reads it. */
  readonly open: string;
  readonly children: ReactNode;
  /** Where its text alone does not tell those who hear it what it opens. */
  readonly label?: string | undefined;
  readonly className?: string | undefined;
};

/** A figure that opens what it is made of. */
export function OpenLink({ open, label, className, children }: Props) {
  return (
    <Link
      to="/delivery"
      search={(search) => ({ ...search, open })}
      resetScroll={false}
      aria-label={label}
      className={className}
    >
      {children}
    </Link>
  );
}

/** The same for points of a drawing: with the keyboard one gets there by the figures. */
export function useOpen(): (open: string) => void {
  const navigate = useNavigate({ from: "/delivery" });
  return (open) => void navigate({ resetScroll: false, search: (search) => ({ ...search, open }) });
}
