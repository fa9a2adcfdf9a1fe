import type { DeliveryReport } from "../api/types.ts";
import { countOf, formatCount, formatPercent } from "../ui/format.ts";
import { Quiet } from "./data-table.tsx";
import { RATE_N_MIN } from "./figures.ts";
import { LongTable } from "./long-table.tsx";
import { OpenLink } from "./open-link.tsx";
import { Panel } from "./panel.tsx";
import { Span } from "./span.tsx";

/** It stands on the page, among other things. */
const SHOWN_FIRST = 20;

/** Tests that passed and failed on the same code, the worst first, and the time they cost. */
export function FlakyTests({ report: { flakyTests, testCounts } }: { report: DeliveryReport }) {
  const { runs, tests, repeatedTests, flakyTests: found } = testCounts;
  if (runs === 0) {
    return (
      <Panel
        isSmall
        title="Flaky tests"
        note="No test run was told in this time. CI tells them as OpenTelemetry spans, or as CDEvents of test cases."
      />
    );
  }
  const known = `${countOf(runs, "run")} of ${countOf(tests, "test")} ${runs === 1 ? "is" : "are"} known`;
  if (repeatedTests === 0) {
    return (
      <Panel
        isSmall
        title="Flaky tests"
        note={`Too few: ${known}, and none ran more than once on the same revision. Only a second run can tell.`}
      />
    );
  }
  if (flakyTests.length === 0) {
    return (
      <Panel
        isSmall
        title="Flaky tests"
        note={`None: ${known}, ${formatCount(repeatedTests)} ran more than once on the same revision, and each came out the same.`}
      />
    );
  }
  return (
    <Panel
      title="Flaky tests"
      note={`They passed and failed on the same revision: the code was not to blame. ${known}, ${formatCount(repeatedTests)} ran more than once on a revision. In brackets is the range that the runs do not rule out (Wilson, 95 %).`}
    >
      <LongTable
        label="Flaky tests, the worst first"
        columns={["Test", "Flips", "Made of", "Lost to failed runs"]}
        rows={flakyTests}
        first={SHOWN_FIRST}
      >
        {(each) => (
          <tr key={each.test}>
            <th scope="row">
              <OpenLink open={`test:${each.test}`} label={`${each.test}. Show its runs`}>
                {each.test}
              </OpenLink>
            </th>
            <td>
              {each.revisions >= RATE_N_MIN ? (
                <>
                  {formatPercent(Number(each.rate.toFixed(3)))}{" "}
                  <Quiet>
                    [{formatPercent(Number(each.interval.low.toFixed(3)))} –{" "}
                    {formatPercent(Number(each.interval.high.toFixed(3)))}]
                  </Quiet>
                </>
              ) : (
                <Quiet>too few</Quiet>
              )}
            </td>
            <td>
              {formatCount(each.flakyRevisions)} of {countOf(each.revisions, "revision")}
            </td>
            <td>
              <Span ms={each.lostMs} />
            </td>
          </tr>
        )}
      </LongTable>
      {found > flakyTests.length && (
        <p>
          {formatCount(found)} were found; the page knows the {formatCount(flakyTests.length)} that are most certain.
        </p>
      )}
    </Panel>
  );
}
