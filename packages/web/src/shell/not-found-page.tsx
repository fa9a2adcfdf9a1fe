import { IconMapQuestion } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "../ui/page-states.tsx";
import { usePageTitle } from "../ui/use-page-title.ts";

export function NotFoundPage() {
  usePageTitle("Not found");
  return (
    <EmptyState isWholePage icon={<IconMapQuestion size={22} aria-hidden />} title="There is no page at this address">
      <p>
        The link may be old or mistyped. What is moving now is on the first page; what ever happened is in the journal.
      </p>
      <p>
        <Link to="/">See what is moving now</Link> · <Link to="/journal">Open the journal</Link>
      </p>
    </EmptyState>
  );
}
