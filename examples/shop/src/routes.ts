import type { Client } from "@openfeature/server-sdk";
import { ARTICLES, type Article, searchByIndex, searchByScan } from "./catalogue.ts";
import { type Fault, NO_FAULT } from "./faults.ts";
import { simulateWork } from "./simulated-work.ts";

export type ShopRequest = {
  readonly user: string;
  readonly query: URLSearchParams;
  readonly body: string;
};

export type Answer = { readonly status: number; readonly body: unknown };

export type RouteDeps = {
  readonly flags: Client;
  /** The bug of the new code behind a flag. */
  readonly fault: (flag: string) => Fault | undefined;
  readonly random: () => number;
};

type Handler = (request: ShopRequest, deps: RouteDeps) => Promise<Answer>;

/** By method and path, which is also the span's `http.route`. */
export const ROUTES: ReadonlyMap<string, Handler> = new Map([
  ["GET /", showCatalogue],
  ["POST /checkout", checkOut],
  ["GET /search", search],
]);

async function showCatalogue(_request: ShopRequest, { random }: RouteDeps): Promise<Answer> {
  await simulateWork(3, random);
  return { status: 200, body: { articles: ARTICLES } };
}

async function checkOut(request: ShopRequest, deps: RouteDeps): Promise<Answer> {
  const isNew = await deps.flags.getBooleanValue("new-checkout", false, contextOf(request.user));
  const basket = parseBasket(request.body);
  if (!basket) return { status: 400, body: { error: 'send {"articles": ["oak-chair"]}' } };
  const totalCents = isNew ? await payInOneStep(basket, deps) : await payInTwoSteps(basket, deps);
  return { status: 200, body: { totalCents, code: isNew ? "new" : "old" } };
}

/** The old checkout: reserve, then charge. */
async function payInTwoSteps(basket: readonly Article[], { random }: RouteDeps): Promise<number> {
  await simulateWork(3, random);
  await simulateWork(3, random);
  return basket.reduce((sum, article) => sum + article.priceCents, 0);
}

/** The new checkout: the bank reserves and charges at once, in as much time. */
async function payInOneStep(basket: readonly Article[], { fault, random }: RouteDeps): Promise<number> {
  const { failureRate, latencyFactor } = fault("new-checkout") ?? NO_FAULT;
  await simulateWork(3 * latencyFactor, random);
  await simulateWork(3 * latencyFactor, random);
  if (random() < failureRate) throw new Error("the bank refused a reservation that was charged already");
  return basket.reduce((sum, article) => sum + article.priceCents, 0);
}

async function search(request: ShopRequest, deps: RouteDeps): Promise<Answer> {
  const isFast = await deps.flags.getBooleanValue("fast-search", false, contextOf(request.user));
  const text = request.query.get("q") ?? "";
  const { failureRate, latencyFactor } = (isFast && deps.fault("fast-search")) || NO_FAULT;
  await simulateWork(4 * latencyFactor, deps.random);
  if (deps.random() < failureRate) throw new Error("the index is being rebuilt");
  return { status: 200, body: { articles: isFast ? searchByIndex(text) : searchByScan(text) } };
}

/** What rules may look at. Ids that begin with `staff-` are our own people. */
function contextOf(user: string) {
  return { targetingKey: user, staff: user.startsWith("staff-") };
}

function parseBasket(body: string): readonly Article[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof json !== "object" || json === null || !("articles" in json) || !Array.isArray(json.articles))
    return undefined;
  const ids = new Set(json.articles);
  return ARTICLES.filter(({ id }) => ids.has(id));
}
