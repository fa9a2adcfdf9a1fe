import { beforeAll, describe, expect, it } from "vitest";
import { type AccessRow, CALLERS, probeAccess } from "./access-probe.ts";
import { CAPABILITIES_BY_ROLE, ROLES, type Role } from "./http/access-rule.ts";

/** Only what lets nobody in but who may: the server's own answers are not looked at. */
const isIn = (status: number) => status !== 401 && status !== 403;

/** What is read is cut to the token's environment, or is no environment's. */
const READS_CUT_TO_THE_TOKEN = new Set(
  [
    ...["about", "environments", "events", "events/stream", "flag-facets", "flags", "flags/:key", "me"],
    ...["rollouts", "rollouts/stream", "services", "services/:key", "tokens"],
  ]
    .map((path) => `GET /api/v1/${path}`)
    .concat("GET /metrics"),
);

/** Writes that touch no environment but the token's own: whatever is asked for. */
const WRITES_CUT_TO_THE_TOKEN = new Set([
  "DELETE /api/v1/session",
  // Spans of another environment are dropped, and the sender is told.
  "POST /v1/traces",
  // An event that is none is refused first; e2e/src/cdevents.test.ts sends one of another environment.
  "POST /cdevents",
  // Pipelines and tests are in no environment.
  "POST /cicd/v1/traces",
]);

/** A flag stands in every environment, so a token of one makes none; a backup holds them all, a source tells of any. */
const NEEDS_EVERY_ENVIRONMENT = new Set([
  "POST /api/v1/flags",
  "GET /api/v1/backup",
  "POST /api/v1/imports/:forge",
  "PUT /api/v1/services/:key",
  "GET /api/v1/sources",
  "POST /api/v1/sources",
  "DELETE /api/v1/sources/:id",
  "GET /api/v1/unmeasured-repositories",
]);

let rows: readonly AccessRow[];
beforeAll(async () => {
  rows = await probeAccess();
});

const nameOf = ({ method, url }: AccessRow) => `${method} ${url}`;
const guarded = () => rows.filter(({ access }) => access !== "public");
const hasRole = ({ access }: AccessRow, role: Role) => CAPABILITIES_BY_ROLE[role].includes(access);

describe("every route, asked over HTTP", () => {
  it("is public only where it is meant to be", () => {
    expect(rows.filter(({ access }) => access === "public").map(nameOf)).toEqual([
      "GET /healthz",
      "GET /readyz",
      "POST /api/v1/session",
      // Signed by its sender: whoever it is needs the source's secret.
      "POST /webhooks/:kind/:id",
      "GET /openapi.json",
      "GET /*",
    ]);
    expect(guarded().length).toBeGreaterThan(35);
  });

  it("answers 401 to who has no token, or none that is known", () => {
    const admitted = guarded().filter(({ inside }) => inside.none !== 401 || inside.unknown !== 401);

    expect(admitted.map(nameOf)).toEqual([]);
  });

  it.each(ROLES)("lets a %s in where its role is for it, and nowhere else", (role) => {
    const wrong = guarded()
      .filter((row) => !NEEDS_EVERY_ENVIRONMENT.has(nameOf(row)))
      .filter((row) => isIn(row.inside[role]) !== hasRole(row, role));

    expect(wrong.map(nameOf)).toEqual([]);
  });

  it("lets a browser session do what its token may", () => {
    const different = guarded().filter(({ inside }) => isIn(inside.session) !== isIn(inside.operator));

    expect(different.map(nameOf)).toEqual([]);
  });

  it("refuses a session that another site made the browser send", () => {
    expect(
      guarded()
        .filter(({ inside }) => inside["foreign-page"] !== 403)
        .map(nameOf),
    ).toEqual([]);
  });

  it("keeps a token of another environment out, whatever its role: a new route says how in this file", () => {
    const reached = guarded()
      .filter((row) => !READS_CUT_TO_THE_TOKEN.has(nameOf(row)) && !WRITES_CUT_TO_THE_TOKEN.has(nameOf(row)))
      .filter(({ outside }) => CALLERS.some((caller) => isIn(outside[caller]) && outside[caller] !== 404));

    expect(reached.map(nameOf)).toEqual([]);
  });

  it("never fails", () => {
    const failed = rows.filter(({ inside, outside }) =>
      CALLERS.some((caller) => inside[caller] >= 500 || outside[caller] >= 500),
    );

    expect(failed.map(nameOf)).toEqual([]);
  });
});
