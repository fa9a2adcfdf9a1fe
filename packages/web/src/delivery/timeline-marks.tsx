import type { ReactNode } from "react";

/** What happened, each with a shape of its own: colour alone tells nobody anything. */
export type MarkKind =
  | "fine"
  | "flag"
  | "failed"
  | "rollback"
  | "incident"
  | "advanced"
  | "completed"
  | "froze"
  | "rolled back";

/** Half of what a mark covers, in pixels. */
export const MARK_REACH = 4;

/** Around the origin of the place it is drawn in. */
export function MarkShape({ kind }: { kind: MarkKind }) {
  switch (kind) {
    case "fine":
      return <circle r={4.5} fill="var(--candidate-arm)" stroke="var(--surface)" strokeWidth={1.5} />;
    case "flag":
      return (
        <rect
          {...{ x: -4, y: -4, width: 8, height: 8, transform: "rotate(45)" }}
          fill="var(--candidate-arm)"
          stroke="var(--surface)"
          strokeWidth={1.5}
        />
      );
    case "failed":
      return <path d="M-4-4 4 4M4-4-4 4" stroke="var(--bad-mark)" strokeWidth={2.6} strokeLinecap="round" />;
    case "rollback":
    case "rolled back":
      return <path d="M5-5V5L-4 0Z" fill="var(--bad-mark)" stroke="var(--surface)" strokeWidth={1} />;
    case "advanced":
      return <path d="M-4-5 4 0-4 5Z" fill="var(--good-mark)" stroke="var(--surface)" strokeWidth={1} />;
    case "completed":
      return (
        <path
          d="M-4.5 0-1.2 3.5 4.5-3.5"
          fill="none"
          stroke="var(--good-mark)"
          strokeWidth={2.6}
          strokeLinecap="round"
        />
      );
    case "froze":
      return <path d="M-2.5-4.5V4.5M2.5-4.5V4.5" stroke="var(--warn-mark)" strokeWidth={3} />;
    default:
      return <rect {...{ x: -6, y: -4, width: 12, height: 8, rx: 3 }} fill="var(--bad-mark)" opacity={0.75} />;
  }
}

/** What a shape means, below the drawing. */
export function MarkLegend({ kind, children }: { kind: MarkKind; children: ReactNode }) {
  return (
    <span>
      <svg width={14} height={14} viewBox="-7 -7 14 14" aria-hidden>
        <MarkShape kind={kind} />
      </svg>
      {children}
    </span>
  );
}
