import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import classes from "./shell.module.css";

/** A page sets its title when it is drawn, which may be a moment after its address is there. */
const TITLE_SET_AFTER_MS = 150;

/** Tells a screen reader which page has opened: a page that is swapped by a script says nothing by itself. */
export function PageAnnouncer() {
  const router = useRouter();
  const [title, setTitle] = useState("");
  useEffect(() => {
    let timer: number | undefined;
    const stop = router.subscribe("onResolved", ({ pathChanged }) => {
      if (!pathChanged) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => setTitle(document.title), TITLE_SET_AFTER_MS);
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [router]);
  return <output className={classes.spoken}>{title}</output>;
}
