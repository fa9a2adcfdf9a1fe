import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SteadfastClient } from "../src/client.ts";
import type { SteadfastOptions } from "../src/client-options.ts";
import type { ClientEvent } from "../src/snapshot-keeper.ts";
import { FakeClock } from "./fake-clock.ts";
import { documentOf, SnapshotPeer, TOKEN } from "./snapshot-peer.ts";

/** A server with `documentOf(5)`, a clock that stands still, a folder, and clients that are closed at the end. */
export class ClientFixture {
  readonly clock = new FakeClock();
  readonly folder: string;
  peer: SnapshotPeer;
  readonly #clients: SteadfastClient[] = [];

  private constructor(peer: SnapshotPeer, folder: string) {
    this.peer = peer;
    this.folder = folder;
  }

  static async open(): Promise<ClientFixture> {
    const folder = await mkdtemp(join(tmpdir(), "steadfast-client-"));
    return new ClientFixture(await SnapshotPeer.start(documentOf(5)), folder);
  }

  start(options: Partial<SteadfastOptions> = {}): SteadfastClient {
    const client = new SteadfastClient({
      url: this.peer.url,
      token: TOKEN,
      clock: this.clock,
      random: () => 0.5,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  /** Lets attempts to connect happen, one after the other, until `back` resolves. */
  async reconnectUntil(back: Promise<unknown>): Promise<void> {
    let isBack = false;
    void back.then(() => {
      isBack = true;
    });
    while (!isBack) await Promise.race([back, this.clock.fire("reconnect")]);
  }

  async close(): Promise<void> {
    this.peer.refuse.clear();
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.peer.stop();
    await rm(this.folder, { recursive: true });
  }
}

/** Resolves with the next event that fits. */
export function next(client: SteadfastClient, fits: (event: ClientEvent) => boolean): Promise<ClientEvent> {
  return new Promise((resolve) => {
    const stop = client.onEvent((event) => {
      if (!fits(event)) return;
      stop();
      resolve(event);
    });
  });
}

export const changed = (event: ClientEvent): boolean => event.type === "changed";
export const warning = (event: ClientEvent): boolean => event.type === "warning";

export const state =
  (wanted: string) =>
  (event: ClientEvent): boolean =>
    event.type === "state" && event.state === wanted;
