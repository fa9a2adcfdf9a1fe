import type { Api, CreatedToken, Rollout, StartRollout } from "../api.ts";
import { tellQuarter } from "../delivery-quarter.ts";
import { eventually } from "../eventually.ts";
import { readRollout, untilState } from "../guarded-rollout.ts";
import { type ServerProcess, startServer } from "../server-process.ts";
import { type ShopProcess, startShop } from "../shop-process.ts";

const REQUESTS_PER_SECOND = 400;
/** The first stage of the plan that is used without one takes a minute, the second two. */
const STAGE_DEADLINE_MS = 180_000;
/** As long as it takes that a line on a chart can be seen. */
const LOOKED_ON_MS = 20_000;
/** Of the 1,000 : 1 that take it back. */
const EVIDENCE_WORTH_A_LOOK = 3;

const FLAGS = [
  ["new-checkout", "payments", "shop", "Checkout on one page"],
  ["fast-search", "discovery", "shop", "Search with the new index"],
  ["gift-wrapping", "payments", "shop", "Offers gift wrapping in the basket"],
  ["invoice-pdf", "billing", "invoices", "Invoices as PDF/A with the new renderer"],
  ["returns-portal", "support", "shop", "Returns without a call"],
] as const;

/** A server on which nothing was done yet. */
export type EmptyServer = { readonly server: ServerProcess; readonly token: string; stop(): Promise<void> };

/** A server, a real shop and its users; one rollout moves, one waits, one was taken back. */
export type Story = EmptyServer & {
  readonly shop: ShopProcess;
  /** `new-checkout`: in its second stage, with a little evidence against it. */
  readonly inFlight: Rollout;
  /** `gift-wrapping`: waits for `new-checkout`. */
  readonly queued: Rollout;
  /** `fast-search`: rolled back in its second stage. */
  readonly takenBack: Rollout;
};

export async function startEmptyServer(): Promise<EmptyServer> {
  const server = await startServer();
  return { server, token: server.adminToken, stop: async () => void (await server.stop()) };
}

/** Takes some four minutes: the first stage of the plan that is used without one is passed for real. */
export async function tellStory(): Promise<Story> {
  const server = await startServer();
  const shop = await startShop(server.api, { requestsPerSecond: REQUESTS_PER_SECOND });
  const stop = async () => {
    await shop.stop();
    await server.stop();
  };
  try {
    return { server, shop, stop, ...(await tell(server.api, shop)) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function tell(api: Api, shop: ShopProcess): Promise<Pick<Story, "token" | "inFlight" | "queued" | "takenBack">> {
  const maya = await person(api, "Maya Okafor");
  const jonas = await person(api, "Jonas Lind");
  for (const [key, owner, service, description] of FLAGS)
    await jonas.post("/api/v1/flags", { key, owner, service, description });

  await tellQuarter(api, "shop", Date.now());
  await api.post("/api/v1/sources", { kind: "gitlab", name: "acme-data" });
  await api.post("/api/v1/sources", { kind: "github", name: "acme" });
  const takenBack = await showOneTakenBack(jonas, shop);
  const inFlight = await start(maya, "new-checkout", "One page instead of four");
  const queued = await start(jonas, "gift-wrapping", "Asked for by the Christmas team");
  const { id } = inFlight;
  const second = await eventually(
    "the second stage",
    async () => judged(await readRollout(maya, id), 2),
    STAGE_DEADLINE_MS,
  );
  await eventually("something to see in the second stage", () => (isSeen(second.stageSince) ? true : undefined));
  await makeAFewFail(maya, shop, id);
  return { token: maya.token, inFlight, queued, takenBack };
}

/** A rollout whose bug comes to light in its second stage. */
async function showOneTakenBack(api: Api, shop: ShopProcess): Promise<Rollout> {
  const stages = [
    { share: 0.01, catches: { failureRate: 0.2 }, minSeconds: 15 },
    { share: 0.1, catches: { failureRate: 0.02 }, minSeconds: 120 },
    { share: 0.5, catches: { failureRate: 0.005 }, minSeconds: 300 },
    { share: 1, minSeconds: 0 },
  ];
  const { id } = await start(api, "fast-search", "The new index answers in half the time", { stages });
  const second = await eventually(
    "the second stage",
    async () => judged(await readRollout(api, id), 2),
    STAGE_DEADLINE_MS,
  );
  await eventually("both arms to look alike for a while", () => (isSeen(second.stageSince) ? true : undefined));
  await shop.setFault({ flag: "fast-search", failureRate: 0.25 });
  return untilState(api, id, "rolled-back");
}

/** So few failures that the evidence grows and is not yet enough. */
async function makeAFewFail(api: Api, shop: ShopProcess, id: string): Promise<void> {
  const flag = "new-checkout";
  await shop.setFault({ flag, failureRate: 0.004 });
  await eventually(
    "evidence that is worth a look",
    async () => {
      const rollout = judged(await readRollout(api, id), 1);
      return (rollout?.decision?.evidence ?? 0) > EVIDENCE_WORTH_A_LOOK || undefined;
    },
    STAGE_DEADLINE_MS,
  );
  await shop.setFault({ flag });
}

/** Somebody with an operator's token. */
async function person(api: Api, name: string): Promise<Api> {
  const { token } = await api.post<CreatedToken>("/api/v1/tokens", { name, role: "operator", environment: null });
  return api.as(token);
}

function start(api: Api, flag: string, reason: string, more: Partial<StartRollout> = {}): Promise<Rollout> {
  const body = { kind: "flag", environment: "production", flag, candidate: "on", reason, ...more };
  return api.post("/api/v1/rollouts", body);
}

function judged(rollout: Rollout, stage: number): Rollout | undefined {
  if (rollout.endReason !== null) throw new Error(`${rollout.flag} ended: ${rollout.endReason}`);
  return rollout.stage >= stage && rollout.decision !== null ? rollout : undefined;
}

function isSeen(since: string | null): boolean {
  return since !== null && Date.now() - Date.parse(since) > LOOKED_ON_MS;
}
