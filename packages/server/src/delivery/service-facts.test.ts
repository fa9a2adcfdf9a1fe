import { foldTold } from "@steadfast/core/delivery/fold-told";
import { type ScopedTold, serviceScope } from "@steadfast/core/delivery/scope";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Database } from "../db/database.ts";
import { describeOnEachStore } from "../db/test-databases.ts";
import { ROWS_PER_PAGE } from "./read.ts";
import { ServiceFacts } from "./service-facts.ts";
import { insertTellings } from "./tellings.ts";

const deployment = (service: string, subject: string, messageId: string, atMs: number): ScopedTold => ({
  ...{ kind: "deployment", source: "ci", scope: serviceScope(service), environment: "production" },
  ...{ subject, messageId, atMs },
  told: { service, environment: "production", finishedAtMs: atMs, name: messageId },
});

const insert = (database: Database, told: readonly ScopedTold[], recordedAtMs: number) =>
  database.transaction((trx) => insertTellings(trx, [{ tellings: told, recordedAtMs }]));

const telling = fc.record({ subject: fc.constantFrom("d1", "d2", "d3"), atMs: fc.nat(5) });
/** Recorded at a moment that may lie before what is known already: another node's clock. */
const step = fc.record({ told: fc.array(telling, { maxLength: 4 }), recordedAtMs: fc.nat(5), isRead: fc.boolean() });

describeOnEachStore("the facts of a service, kept", (open) => {
  // Goal: what a page is made of after news must not depend on when the page was asked for before.
  it("are those of all that was told, whenever they were asked for in between", async () => {
    const database = await open();
    let services = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        services += 1;
        const service = `service-${services}`;
        const of = { service, environment: "production", repositories: [], isWhereItRuns: false };
        const kept = new ServiceFacts(database.db, of);
        const all: ScopedTold[] = [];
        for (const { told, recordedAtMs, isRead } of steps) {
          const tellings = told.map(({ subject, atMs }, index) =>
            deployment(service, subject, `${service} ${all.length + index}`, atMs),
          );
          all.push(...tellings);
          const inserted = insert(database, tellings, recordedAtMs);
          if (isRead) await Promise.all([kept.read(), kept.read()]);
          await inserted;
        }

        const { sources, heard, ...facts } = await kept.read();

        expect(facts).toEqual(foldTold(all));
        expect({ sources, heard, ...facts }).toEqual(await new ServiceFacts(database.db, of).read());
        expect(kept.size).toBe(all.length);
      }),
      { numRuns: 25 },
    );
  });

  it("stay as they were for who holds them, when more is told", async () => {
    const database = await open();
    const kept = new ServiceFacts(database.db, {
      service: "shop",
      environment: "production",
      repositories: [],
      isWhereItRuns: false,
    });
    await insert(database, [deployment("shop", "d1", "m1", 1)], 1);

    const before = await kept.read();
    await insert(database, [deployment("shop", "d1", "m2", 2), deployment("shop", "d2", "m3", 3)], 1);
    const after = await kept.read();

    expect(before.deployments.map(({ id, name }) => `${id} ${name}`)).toEqual(["d1 m1"]);
    expect(after.deployments.map(({ id, name }) => `${id} ${name}`)).toEqual(["d1 m2", "d2 m3"]);
  });

  // Goal: what is read by pages is whole, wherever a page ends: in a millisecond, between two, at the end of all.
  it("are all there where more was told than is read at once", async () => {
    const database = await open();
    const of = {
      service: "shop",
      environment: "production",
      repositories: ["acme/shop", "ACME/Shop"],
      isWhereItRuns: false,
    };
    const counts = [3, ROWS_PER_PAGE - 3, 1, ROWS_PER_PAGE + 5, 2, ROWS_PER_PAGE];
    const told = counts.map((count, ms) =>
      Array.from({ length: count }, (_, index) => deployment("shop", `d-${ms}-${index}`, `m-${ms}-${index}`, ms)),
    );
    for (const [ms, tellings] of told.entries()) await insert(database, tellings, ms);

    const kept = new ServiceFacts(database.db, of);
    const { deployments, sources } = await kept.read();

    const ids = told.flat().map(({ subject }) => subject);
    expect(deployments.map(({ id }) => id)).toEqual(ids.sort());
    expect(kept.size).toBe(ids.length);
    expect(sources).toMatchObject([{ firstHeardAtMs: 0, lastHeardAtMs: counts.length - 1 }]);
  });
});
