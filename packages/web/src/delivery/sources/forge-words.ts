import type { DeliverySource } from "../../api/types.ts";

export type ForgeKind = DeliverySource["kind"];

/** What a forge calls its things: what is typed there, and where. */
export const FORGES: Readonly<
  Record<
    ForgeKind,
    { readonly name: string; readonly where: string; readonly secretField: string; readonly events: string }
  >
> = {
  github: {
    name: "GitHub",
    where: "the organisation's (or the repository's) Settings, Webhooks, Add webhook",
    secretField: "Secret",
    events:
      "Let me select individual events: Pull requests, Pull request reviews, Pushes, Deployment statuses, Workflow runs, Releases and Issues",
  },
  gitlab: {
    name: "GitLab",
    where: "the group's (or the project's) Settings, Webhooks, Add new webhook",
    secretField: "Secret token",
    events:
      "Triggers: Push events, Comments, Issues events, Merge request events, Pipeline events, Deployment events and Releases events",
  },
};

/** Where a forge sends to, as this page reaches the server. */
export function webhookAddress({ webhookPath }: Pick<DeliverySource, "webhookPath">): string {
  return new URL(webhookPath, window.location.origin).href;
}

/** An address that only this machine reaches is of no use to a forge elsewhere. */
export function isOnlyHere(address: string): boolean {
  return /^(localhost|127\.|\[::1\])/.test(new URL(address).hostname);
}
