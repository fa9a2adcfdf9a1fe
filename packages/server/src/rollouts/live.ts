import type { Decision } from "@steadfast/core/guard/decision";
import type { RolloutState } from "@steadfast/core/rollouts/state";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Database } from "../db/database.ts";
import { STREAM_BUFFER_BYTES_MAX, STREAM_HEARTBEAT_MS } from "../http/limits.ts";
import { type Broadcast, createBroadcast, sseFrame } from "../http/server-sent-events.ts";
import { readDecisions } from "./guard-memory.ts";
import type { Judge } from "./judge.ts";
import { readFaults } from "./judging-faults.ts";
import { listActive, loadRollout, queryRollouts, type Rollout, toRollout } from "./read.ts";

/** Ended rollouts stay on the live list this long, so that nobody misses how they ended. */
const RECENT_MS = 3_600_000;
const LIVE_ROLLOUTS_MAX = 500;

export type LiveRollouts = {
  /** The guard's last decision, on whichever node it was made. */
  latest(id: string): Promise<Decision | null>;
  show(state: RolloutState): Promise<Rollout>;
  showAll(states: readonly RolloutState[]): Promise<Rollout[]>;
  /** Answers with the stream of one environment's rollouts, `null`: of all. */
  streamList(environment: string | null, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Answers with the stream of one rollout; it ends when nothing more can happen. */
  streamRollout(id: string, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Sends what changed to whoever watches. Called each second and after each rollout event. */
  publish(): Promise<void>;
  openStreams(): number;
  close(): void;
};

type Channel = { readonly broadcast: Broadcast; last: string };

/** What people see of rollouts while they happen. Costs nothing while nobody watches. */
export function createLiveRollouts(deps: {
  readonly database: Database;
  readonly judge: Pick<Judge, "latest">;
  readonly nowMs: () => number;
}): LiveRollouts {
  const { db } = deps.database;
  const lists = new Map<string | null, Channel>();
  const rollouts = new Map<string, Channel>();

  let publishing: Promise<void> | undefined;
  let isAskedAgain = false;

  /** This node's own judgement is newer than what the store has. */
  const latestOf = async (ids: readonly string[]): Promise<Map<string, Decision>> => {
    const found = await readDecisions(
      db,
      ids.filter((id) => deps.judge.latest(id) === undefined),
    );
    for (const id of ids) {
      const judged = deps.judge.latest(id);
      if (judged) found.set(id, judged);
    }
    return found;
  };
  const showAll = async (states: readonly RolloutState[]): Promise<Rollout[]> => {
    const active = states.some((state) => state.state === "queued") ? await listActive(db) : [];
    const ids = states.map((state) => state.id);
    const latest = await latestOf(ids);
    const faults = await readFaults(db, ids);
    return states.map((state) =>
      toRollout(state, { latest: latest.get(state.id) ?? null, fault: faults.get(state.id) ?? null, active }),
    );
  };
  const show = async (state: RolloutState): Promise<Rollout> => {
    const latest = await latestOf([state.id]);
    const faults = await readFaults(db, [state.id]);
    const active = state.state === "queued" ? await listActive(db) : [];
    return toRollout(state, { latest: latest.get(state.id) ?? null, fault: faults.get(state.id) ?? null, active });
  };

  const readList = async (environment: string | null): Promise<string> => {
    const { states } = await queryRollouts(db, {
      environment: environment ?? undefined,
      flag: undefined,
      state: undefined,
      active: undefined,
      endedAfterMs: deps.nowMs() - RECENT_MS,
      after: undefined,
      limit: LIVE_ROLLOUTS_MAX,
    });
    return JSON.stringify({ items: await showAll(states) });
  };
  const readOne = async (id: string): Promise<Rollout> => show(await loadRollout(db, id));

  const channelOf = <Key>(channels: Map<Key, Channel>, key: Key): Channel => {
    const existing = channels.get(key);
    if (existing) return existing;
    const channel = {
      broadcast: createBroadcast({ maxBufferedBytes: STREAM_BUFFER_BYTES_MAX, heartbeatMs: STREAM_HEARTBEAT_MS }),
      last: "",
    };
    channels.set(key, channel);
    return channel;
  };

  const sendChanged = (channel: Channel, event: string, json: string): void => {
    if (json === channel.last) return;
    channel.last = json;
    channel.broadcast.send(sseFrame({ event, data: json }));
  };

  const publishLists = async (): Promise<void> => {
    for (const [environment, channel] of lists) {
      if (channel.broadcast.size() === 0) dropChannel(lists, environment, channel);
      else sendChanged(channel, "rollouts", await readList(environment));
    }
  };
  const publishRollouts = async (): Promise<void> => {
    for (const [id, channel] of rollouts) {
      if (channel.broadcast.size() === 0) {
        dropChannel(rollouts, id, channel);
        continue;
      }
      const rollout = await readOne(id);
      sendChanged(channel, "rollout", JSON.stringify(rollout));
      if (isOver(rollout)) dropChannel(rollouts, id, channel);
    }
  };

  const publishUntilQuiet = async (): Promise<void> => {
    while (isAskedAgain) {
      isAskedAgain = false;
      await publishLists();
      await publishRollouts();
    }
  };

  return {
    latest: async (id) => (await latestOf([id])).get(id) ?? null,
    show,
    showAll,
    streamList: async (environment, request, reply) => {
      const first = sseFrame({ event: "rollouts", data: await readList(environment) });
      join(channelOf(lists, environment), request, reply, first);
    },
    streamRollout: async (id, request, reply) => {
      const rollout = await readOne(id);
      const first = sseFrame({ event: "rollout", data: JSON.stringify(rollout) });
      join(channelOf(rollouts, id), request, reply, first);
    },
    publish: () => {
      // One at a time, so that nobody is sent what was read before what they have.
      isAskedAgain = true;
      publishing ??= publishUntilQuiet().finally(() => {
        publishing = undefined;
      });
      return publishing;
    },
    openStreams: () =>
      [...lists.values(), ...rollouts.values()].reduce((sum, channel) => sum + channel.broadcast.size(), 0),
    close: () => {
      for (const channel of [...lists.values(), ...rollouts.values()]) channel.broadcast.close();
    },
  };
}

/** What the others were sent between the reading of `first` and now is sent again with the next publishing. */
function join(channel: Channel, request: FastifyRequest, reply: FastifyReply, first: Buffer): void {
  channel.broadcast.add(request, reply, first);
  channel.last = "";
}

function dropChannel<Key>(channels: Map<Key, Channel>, key: Key, channel: Channel): void {
  channel.broadcast.close();
  channels.delete(key);
}

/** Nothing more will happen to it. */
function isOver(rollout: Rollout): boolean {
  if (rollout.state === "completed") return rollout.watchedUntil === null;
  return rollout.state === "rolled-back" || rollout.state === "stopped";
}
