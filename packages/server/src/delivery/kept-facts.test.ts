import { type ScopedTold, serviceScope } from "@steadfast/core/delivery/scope";
import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { keepFacts, SERVICES_KEPT_MAX } from "./kept-facts.ts";
import { insertTellings } from "./tellings.ts";

const deployment: ScopedTold = {
  ...{ kind: "deployment", source: "ci", scope: serviceScope("shop"), environment: "production" },
  ...{ subject: "d1", messageId: "m1", atMs: 1 },
  told: { service: "shop", environment: "production", finishedAtMs: 1, name: "v1" },
};

const factsOf = (service: string, environment: string) => ({
  service,
  environment,
  repositories: [],
  isWhereItRuns: false,
});

describeOnEachStore("facts that are kept", (open) => {
  it("are those of so many services, and of none that nothing was told of", async () => {
    const { db, ...database } = await open();
    await database.transaction((trx) => insertTellings(trx, [{ tellings: [deployment], recordedAtMs: 1 }]));
    const kept = keepFacts(db);

    await kept.read(factsOf("shop", "production"));
    for (let index = 0; index < SERVICES_KEPT_MAX + 5; index += 1) await kept.read(factsOf("nobody", `e-${index}`));
    const before = kept.size();
    for (let index = 0; index < SERVICES_KEPT_MAX + 5; index += 1) {
      await kept.read({ ...factsOf("shop", "production"), repositories: [`r-${index}`] });
    }

    expect([before, kept.size()]).toEqual([1, SERVICES_KEPT_MAX]);
  });
});
