import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { isSigningOut } from "../access/session.ts";
import { meQuery } from "../api/queries.ts";

/** Leads to the sign-in page, which says why, when the session ended while a page is open: here, in another window, or by a revoked token. */
export function useSessionEnd(): void {
  const router = useRouter();
  const navigate = useNavigate();
  const isSignedOut = useQuery(meQuery).data === null;
  useEffect(() => {
    if (!isSignedOut || isSigningOut()) return;
    void navigate({ to: "/sign-in", search: { returnTo: router.state.location.href, ended: true }, replace: true });
  }, [isSignedOut, router, navigate]);
}
