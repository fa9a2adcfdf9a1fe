import { useQuery } from "@tanstack/react-query";
import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { meQuery } from "../api/queries.ts";
import classes from "./shell.module.css";
import { TopBar } from "./top-bar.tsx";

/** What stands around every page of a signed-in person. */
export function Shell() {
  const router = useRouter();
  const isSignedOut = useQuery(meQuery).data === null;
  useEffect(() => {
    // The session ended, here or in another window: the route's own check leads to the sign-in page and back.
    if (isSignedOut) void router.invalidate();
  }, [isSignedOut, router]);
  return (
    <>
      <a className={classes.skip} href="#content">
        Skip to the content
      </a>
      <TopBar />
      <main id="content" className={classes.content} tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}
