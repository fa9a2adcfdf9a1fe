import type { ScopedTold } from "@steadfast/core/delivery/scope";
import { storedAs } from "../db/stored-json.ts";
import type { NewEvent } from "../journal/event.ts";

/** What the delivery noun writes into the journal. A message brings one or many tellings. */
export type DeliveryTold = { readonly tellings: readonly ScopedTold[] };

export type ServiceSet = {
  readonly key: string;
  readonly name: string;
  readonly owner: string;
  readonly repositories: readonly string[];
  readonly target: DeliveryTarget | null;
};

/** What a service wants to reach. */
export type DeliveryTarget = {
  readonly measure: "lead-time" | "frequency" | "change-fail-rate" | "recovery";
  /** Hours, deployments a week, a ratio 0..1, hours. */
  readonly value: number;
};

export type SourceKind = "github" | "gitlab";
export type SourceConnected = { readonly id: string; readonly kind: SourceKind; readonly name: string };
export type SourceDisconnected = { readonly id: string; readonly name: string };

export const deliveryStream = (source: string) => `delivery/${source}`;
export const serviceStream = (key: string) => `service/${key}`;
export const sourceStream = (id: string) => `source/${id}`;

export function deliveryTold(tellings: readonly ScopedTold[]): NewEvent {
  return { type: "delivery.told", data: storedAs<NewEvent["data"]>({ tellings }) };
}
