import { useEffect, useState } from "react";
import { flushSync } from "react-dom";

/** Whether the page is being printed: what is painted by hand is painted anew, in the colours of paper. */
export function useIsPrinted(): boolean {
  const [isPrinted, setPrinted] = useState(false);
  useEffect(() => {
    const print = window.matchMedia("print");
    // The browser takes its picture right after: nothing may wait for the next frame.
    const onChange = () => flushSync(() => setPrinted(print.matches));
    print.addEventListener("change", onChange);
    return () => print.removeEventListener("change", onChange);
  }, []);
  return isPrinted;
}
