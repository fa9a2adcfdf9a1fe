import { SteadfastClient } from "@steadfast/openfeature-provider/client";
import { eventually } from "../../../e2e/src/eventually.ts";

/** Instances of a service that do nothing but apply what is published. */
export type Followers = {
  /** When the last of them had applied a snapshot of at least this version, Unix time in ms. */
  appliedAt(version: number): Promise<number>;
  stop(): Promise<void>;
};

export async function startFollowers(url: string, token: string, count: number): Promise<Followers> {
  const clients = Array.from(
    { length: count },
    (_, index) =>
      new SteadfastClient({ url, token, instanceName: `follower ${index}`, observe: false, annotateSpans: false }),
  );
  const applied = clients.map(() => new Map<number, number>());
  for (const [index, client] of clients.entries()) {
    client.onEvent((event) => {
      if (event.type === "changed" && event.version !== undefined) applied[index]?.set(event.version, Date.now());
    });
  }
  await Promise.all(clients.map((client) => client.ready()));
  return {
    appliedAt: (version) =>
      eventually(`every follower to apply version ${version}`, () => {
        const times = applied.map((versions) => firstAtLeast(versions, version));
        return times.every((atMs) => atMs !== undefined) ? Math.max(...times) : undefined;
      }),
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

function firstAtLeast(versions: ReadonlyMap<number, number>, version: number): number | undefined {
  for (const [seen, atMs] of versions) if (seen >= version) return atMs;
  return undefined;
}
