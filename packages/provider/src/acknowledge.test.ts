import { afterEach, beforeEach, expect, it } from "vitest";
import { FakeClock } from "../test/fake-clock.ts";
import { documentOf, ENVIRONMENT, SnapshotPeer, TOKEN } from "../test/snapshot-peer.ts";
import { createAcknowledgements, SAY_AGAIN_MS } from "./acknowledge.ts";
import { createControlPlane } from "./control-plane.ts";

let peer: SnapshotPeer;
let clock: FakeClock;
let acknowledgements: ReturnType<typeof createAcknowledgements>;

beforeEach(async () => {
  peer = await SnapshotPeer.start(documentOf(5));
  clock = new FakeClock();
  acknowledgements = createAcknowledgements({
    clock,
    random: () => 0.5,
    controlPlane: createControlPlane({ url: peer.url, token: TOKEN, environment: ENVIRONMENT, fetch }),
    instance: "one",
    name: "shop",
    signal: new AbortController().signal,
  });
});

afterEach(async () => {
  acknowledgements.close();
  await peer.stop();
});

const versions = (): unknown[] => peer.requests("applied").map(({ body }) => JSON.parse(body).version);

it("says again every minute or so that it is still there, by one timer", async () => {
  acknowledgements.applied(5);
  expect(await clock.waiting("acknowledge")).toBe(SAY_AGAIN_MS);
  await clock.fire("acknowledge");
  await clock.waiting("acknowledge");
  acknowledgements.applied(6);
  await peer.until(() => versions().length === 3);

  expect(versions()).toEqual([5, 5, 6]);
  expect(clock.count("acknowledge")).toBe(1);
  acknowledgements.close();
  expect(clock.count("acknowledge")).toBe(0);
});

it("says it with the next chance after it was lost", async () => {
  acknowledgements.applied(5);
  await clock.waiting("acknowledge");
  peer.refuse.set("applied", { status: 503 });
  await clock.fire("acknowledge");
  await peer.until(() => versions().length === 2);
  peer.refuse.clear();
  // The refused answer is still on its way: the chance comes round until it is taken.
  while (versions().length === 2) {
    acknowledgements.applied(5);
    await new Promise(setImmediate);
  }

  expect(await clock.waiting("acknowledge")).toBe(SAY_AGAIN_MS);
  expect(versions()).toEqual([5, 5, 5]);
});

// Goal: one lost answer must not let the server forget an instance that is there.
it("says it again after it was lost, though no other version comes", async () => {
  peer.refuse.set("applied", { status: 503 });
  acknowledgements.applied(5);

  expect(await clock.waiting("acknowledge")).toBe(SAY_AGAIN_MS);
  peer.refuse.clear();
  await clock.fire("acknowledge");
  await peer.until(() => versions().length === 2);
});

it("sends only the newest of versions that came while one was on its way", async () => {
  for (let version = 1; version <= 50; version += 1) acknowledgements.applied(version);
  await peer.until(() => versions().includes(50));

  expect(versions()).toEqual([1, 50]);
});
