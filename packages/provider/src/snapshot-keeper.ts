import { randomUUID } from "node:crypto";
import { createAcknowledgements } from "./acknowledge.ts";
import { followBreakGlass, NO_OVERRIDES, type Overrides } from "./break-glass.ts";
import {
  INIT_TIMEOUT_MS,
  POLL_INTERVAL_MIN_MS,
  POLL_INTERVAL_MS,
  STALE_AFTER_MS,
  type SteadfastOptions,
} from "./client-options.ts";
import type { Clock } from "./clock.ts";
import type { ControlPlane } from "./control-plane.ts";
import { followSnapshots, type Transport } from "./follow-snapshots.ts";
import { type ClientState, Freshness } from "./freshness.ts";
import { loadLocalSnapshot } from "./local-snapshot.ts";
import { changedFlags, type ParsedSnapshot, readSnapshot, readSnapshotEvent, type Snapshot } from "./snapshot.ts";
import { createSnapshotWriter } from "./snapshot-file.ts";

export type SnapshotSource = "network" | "disk" | "bundled";

export type ClientEvent =
  | { readonly type: "state"; readonly state: ClientState; readonly message: string }
  | { readonly type: "changed"; readonly flags: readonly string[]; readonly version: number | undefined }
  /** Something that a person should know; evaluation goes on. */
  | { readonly type: "warning"; readonly message: string };

export type ClientStatus = {
  readonly state: ClientState;
  /** Of the snapshot that is served. */
  readonly version: number | undefined;
  readonly source: SnapshotSource | "none";
  readonly transport: Transport | "none";
  /** Since the server was last heard of, else since the file was written; `undefined` when neither is known. */
  readonly ageMs: number | undefined;
  /** Flags that the break-glass file decides. */
  readonly overrides: number;
  readonly lastError: string | undefined;
};

/** There is nothing to serve: no answer from the server, no file. The client keeps trying. */
export class NothingToServeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NothingToServeError";
  }
}

export type SnapshotKeeperDeps = {
  readonly options: SteadfastOptions;
  readonly environment: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly controlPlane: ControlPlane;
  /** Ends everything. */
  readonly signal: AbortSignal;
};

/** Keeps the newest usable snapshot and the break-glass overrides, and says what becomes of them. */
export class SnapshotKeeper {
  readonly #deps: SnapshotKeeperDeps;
  readonly #pollIntervalMs: number;
  readonly #acknowledgements: ReturnType<typeof createAcknowledgements>;
  readonly #freshness: Freshness;
  readonly #writer: ReturnType<typeof createSnapshotWriter> | undefined;
  readonly #breakGlass: ReturnType<typeof followBreakGlass> | undefined;
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  #stopBreakGlass = (): void => undefined;
  #snapshot: Snapshot | undefined;
  #source: SnapshotSource | "none" = "none";
  #fileWrittenAtMs: number | undefined;
  #overrides: Overrides = NO_OVERRIDES;
  #transport: Transport | "none" = "none";
  #lastError: string | undefined;
  #settleStart = (): void => undefined;

  constructor(deps: SnapshotKeeperDeps) {
    this.#deps = deps;
    const { clock, controlPlane, options, random, signal } = deps;
    this.#pollIntervalMs = Math.max(POLL_INTERVAL_MIN_MS, options.pollIntervalMs ?? POLL_INTERVAL_MS);
    this.#acknowledgements = createAcknowledgements({
      clock,
      random,
      controlPlane,
      signal,
      instance: randomUUID(),
      name: options.instanceName ?? "",
    });
    this.#freshness = new Freshness({
      clock,
      // Polling hears of the server only as often as it asks.
      staleAfterMs: Math.max(STALE_AFTER_MS, 2 * this.#pollIntervalMs),
      onState: (state, message) => this.#emit({ type: "state", state, message }),
    });
    const { breakGlassFile, snapshotFile } = options;
    if (snapshotFile !== undefined) {
      this.#writer = createSnapshotWriter(snapshotFile, (error) =>
        this.#warn(`snapshotFile ${snapshotFile}: ${String(error)}`),
      );
    }
    if (breakGlassFile !== undefined) {
      this.#breakGlass = followBreakGlass({
        path: breakGlassFile,
        clock,
        onOverrides: (overrides) => this.#override(overrides),
        onFault: (message) => this.#warn(`breakGlassFile ${breakGlassFile}: ${message}; what it said before stays`),
      });
    }
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  get overrides(): Overrides {
    return this.#overrides;
  }

  /**
   * Resolves when there is something to serve. Called once.
   *
   * @throws {NothingToServeError}
   */
  async start(): Promise<void> {
    const { clock, environment, options, signal } = this.#deps;
    await this.#breakGlass?.check();
    const loaded = await loadLocalSnapshot(options, environment, (message) => this.#warn(message));
    if (loaded) {
      this.#snapshot = loaded.snapshot;
      this.#source = loaded.source;
      this.#fileWrittenAtMs = loaded.writtenAtMs;
    }
    if (signal.aborted) return;
    this.#stopBreakGlass = this.#breakGlass?.start() ?? this.#stopBreakGlass;

    const settled = new Promise<void>((resolve) => {
      this.#settleStart = resolve;
    });
    const cancel = clock.after(options.initTimeoutMs ?? INIT_TIMEOUT_MS, "bootstrap", this.#settleStart);
    void this.#follow();
    await settled;
    cancel();
    if (signal.aborted || this.#source === "network") return;
    const reason = this.#lastError ?? "the server did not answer in time";
    if (this.#snapshot) {
      if (this.#freshness.state !== "error") {
        this.#freshness.startedStale(`started from the ${this.#source} snapshot: ${reason}`);
      }
      return;
    }
    const message = `there is no snapshot to serve: ${reason}; flags answer with the code's defaults, and the client keeps trying`;
    if (this.#freshness.state !== "error") this.#freshness.failed(message);
    throw new NothingToServeError(message);
  }

  #follow(): Promise<void> {
    const { clock, controlPlane, environment, options, random, signal } = this.#deps;
    return followSnapshots(
      {
        clock,
        random,
        controlPlane,
        environment,
        streaming: options.streaming ?? true,
        pollIntervalMs: this.#pollIntervalMs,
        etag: () => (this.#source === "network" ? this.#snapshot?.etag : undefined),
        onAlive: (transport) => {
          this.#transport = transport;
          this.#freshness.alive();
        },
        onStreamed: (data, isFresh) => {
          this.#take(readSnapshotEvent(data, environment), isFresh);
        },
        onPolled: (body, etag, isFresh) => this.#take(readSnapshot(body, etag, environment), isFresh),
        onNotModified: () => this.#confirm(),
        onFailure: (message, isRefusal) => this.#lost(message, isRefusal),
      },
      signal,
    );
  }

  /** @returns false when the snapshot was older than the one in use, and the connection not fresh */
  #take(parsed: ParsedSnapshot, isFresh: boolean): boolean {
    if (!parsed.ok) {
      const message = `a snapshot was refused, the last known good is served: ${parsed.message}`;
      this.#lastError = message;
      this.#freshness.failed(message);
      this.#settleStart();
      return true;
    }
    const before = this.#snapshot;
    const { snapshot } = parsed;
    if (before && this.#source === "network" && snapshot.version < before.version && !isFresh) return false;
    const isSame = before !== undefined && before.version === snapshot.version && before.etag === snapshot.etag;
    this.#snapshot = snapshot;
    this.#source = "network";
    if (!isSame) this.#writer?.write(JSON.stringify(snapshot.json));
    this.#confirm();
    const flags = before ? changedFlags(before.document, snapshot.document) : [];
    if (flags.length > 0) this.#emit({ type: "changed", flags, version: snapshot.version });
    return true;
  }

  #confirm(): void {
    this.#lastError = undefined;
    this.#freshness.confirmed();
    if (this.#snapshot) this.#acknowledgements.applied(this.#snapshot.version);
    this.#settleStart();
  }

  #lost(message: string, isRefusal: boolean): void {
    if (this.#deps.signal.aborted) return;
    this.#lastError = message;
    this.#transport = "none";
    this.#freshness.lost();
    if (isRefusal && this.#freshness.state !== "error") this.#freshness.failed(message);
    // With a file to serve there is no reason to let the application wait.
    if (isRefusal || this.#snapshot) this.#settleStart();
  }

  #override(overrides: Overrides): void {
    const keys = new Set([...this.#overrides.keys(), ...overrides.keys()]);
    this.#overrides = overrides;
    this.#emit({ type: "changed", flags: [...keys].sort(), version: this.#snapshot?.version });
  }

  status(): ClientStatus {
    const fileAgeMs =
      this.#fileWrittenAtMs === undefined ? undefined : this.#deps.clock.nowMs() - this.#fileWrittenAtMs;
    return {
      state: this.#freshness.state,
      version: this.#snapshot?.version,
      source: this.#source,
      transport: this.#transport,
      ageMs: this.#freshness.ageMs ?? fileAgeMs,
      overrides: this.#overrides.size,
      lastError: this.#lastError,
    };
  }

  /** Calls `listener` for every event until the returned function is called. */
  onEvent(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** After `signal` aborted. Resolves when the last snapshot is on disk. */
  async close(): Promise<void> {
    this.#stopBreakGlass();
    this.#freshness.close();
    this.#acknowledgements.close();
    this.#settleStart();
    await this.#writer?.flushed();
  }

  #warn(message: string): void {
    this.#lastError = message;
    this.#emit({ type: "warning", message });
  }

  #emit(event: ClientEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A mistake of the application must not stop its flags from being followed.
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}
