import type { LoadSecond } from "../../examples/shop/src/load.ts";
import { startLoad } from "../../examples/shop/src/load.ts";
import { type Api, createToken } from "./api.ts";
import { type Exit, firstJsonLine, startScript } from "./child-process.ts";

const SHOP_MAIN = new URL("../../examples/shop/src/main.ts", import.meta.url);

export type Fault = { readonly flag: string; readonly failureRate?: number; readonly latencyFactor?: number };

export type ShopProcess = {
  readonly url: string;
  /** A bug in the new code behind a flag, from now on; without rates there is none. */
  setFault(fault: Fault): Promise<void>;
  /** Each second of the load so far. */
  seconds(): readonly LoadSecond[];
  /** Ends the users, then the shop. */
  stop(): Promise<Exit>;
};

/** Starts examples/shop as a process, connected to the server by a `client` token of its own, under simulated users. */
export async function startShop(api: Api, options: { readonly requestsPerSecond?: number } = {}): Promise<ShopProcess> {
  const { token } = await createToken(api, "client");
  const child = startScript(SHOP_MAIN, [], { env: { STEADFAST_URL: api.url, STEADFAST_TOKEN: token } });
  const { url } = await firstJsonLine<{ url: string }>(child, "the shop");
  const abort = new AbortController();
  const seconds: LoadSecond[] = [];
  const load = startLoad({
    url,
    requestsPerSecond: options.requestsPerSecond ?? 250,
    users: 5_000,
    signal: abort.signal,
    onSecond: (second) => seconds.push(second),
  });
  return {
    url,
    setFault: async (fault) => {
      const response = await fetch(`${url}/demo/faults`, { method: "POST", body: JSON.stringify(fault) });
      if (!response.ok) throw new Error(`the shop did not take the fault: ${response.status} ${await response.text()}`);
    },
    seconds: () => seconds,
    stop: async () => {
      abort.abort();
      await load.done;
      return child.stop();
    },
  };
}
