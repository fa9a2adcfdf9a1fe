import type { OpenChange } from "../api/types.ts";
import { useNowMs } from "../ui/use-now.ts";
import classes from "./change-table.module.css";
import { formatSpan } from "./figures.ts";

const SHOWN_MAX = 20;

const WAITS: Readonly<Record<OpenChange["waitsFor"], string>> = {
  review: "somebody to look",
  approval: "an approval",
  merge: "being merged",
};

/** Which changes wait now, for what and since when; small ones are easy to pick up. */
export function WaitingNow({ changes }: { changes: readonly OpenChange[] }) {
  const nowMs = useNowMs();
  if (changes.length === 0) return null;
  return (
    <section className={classes.panel} aria-label="Waiting now">
      <h2>Waiting now</h2>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Change</th>
              <th scope="col">Author</th>
              <th scope="col">Waits for</th>
              <th scope="col">Since</th>
              <th scope="col">Size</th>
            </tr>
          </thead>
          <tbody>
            {changes.slice(0, SHOWN_MAX).map((each) => (
              <tr key={each.id}>
                <th scope="row">
                  <Title title={each.title || each.id} url={each.url} />
                </th>
                <td>{each.author}</td>
                <td>{WAITS[each.waitsFor]}</td>
                <td>{formatSpan(nowMs - each.waitsSinceMs)}</td>
                <td>{each.linesChanged === null ? "–" : `${each.linesChanged} lines`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {changes.length > SHOWN_MAX && <p>{changes.length - SHOWN_MAX} more wait, each for less time.</p>}
    </section>
  );
}

/** A title, linked to where it came from when that is an address of the web. */
export function Title({ title, url }: { title: string; url: string | null }) {
  if (url === null || !/^https?:\/\//.test(url)) return title;
  return (
    <a href={url} rel="noreferrer" target="_blank">
      {title}
    </a>
  );
}
