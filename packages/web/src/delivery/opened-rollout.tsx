import { Link } from "@tanstack/react-router";

/** A deployment that was a flag's rollout here: it shipped no changes, and has a page of its own. */
export function OpenedRollout({ rolloutId, isTakenBack }: { rolloutId: string; isTakenBack: boolean }) {
  return (
    <>
      <p>
        {isTakenBack
          ? "It took a flag's rollout back: everybody has the variant again that was there before."
          : "A flag's rollout. It ships no changes, so it has no lead time: what it switches on was shipped before."}
      </p>
      <p>
        <Link to="/rollouts/$rolloutId" params={{ rolloutId }}>
          Open the rollout
        </Link>
      </p>
    </>
  );
}
