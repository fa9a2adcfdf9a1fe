import { Outlet } from "@tanstack/react-router";
import { BottomBar } from "./bottom-bar.tsx";
import { CommandsProvider } from "./commands-provider.tsx";
import { PageAnnouncer } from "./page-announcer.tsx";
import classes from "./shell.module.css";
import { TopBar } from "./top-bar.tsx";
import { useSessionEnd } from "./use-session-end.ts";

/** What stands around every page of a signed-in person. */
export function Shell() {
  useSessionEnd();
  return (
    <CommandsProvider>
      <a className={classes.skip} href="#content">
        Skip to the content
      </a>
      <TopBar />
      <main id="content" className={classes.content} tabIndex={-1}>
        <Outlet />
      </main>
      <BottomBar />
      <PageAnnouncer />
    </CommandsProvider>
  );
}
