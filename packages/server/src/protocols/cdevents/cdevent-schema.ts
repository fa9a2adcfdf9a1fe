import { z } from "zod";

const id = z.string().min(1).max(500);
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const revision = z.string().regex(/^[0-9a-f]{40}$|^[0-9a-f]{64}$/);
const reference = z.object({ id: id.optional(), name: z.string().optional() });
const ids = z.array(id).max(1_000);

/** What CDEvents lacks and delivery is measured from. All of it optional, and none of it CDEvents' own. @see docs/guides/measure-delivery.md */
const customData = z.object({
  service: id.optional(),
  repository: id.optional(),
  revision: revision.optional(),
  previousRevision: revision.optional(),
  deploymentId: id.optional(),
  isPlanned: z.boolean().optional(),
  remediates: ids.optional(),
  rollsBack: id.optional(),
  causedBy: ids.optional(),
  number: z.number().int().optional(),
  author: z.string().max(200).optional(),
  isAuthorBot: z.boolean().optional(),
  firstCommitAt: time.optional(),
  mergeCommit: revision.optional(),
  commits: z.array(revision).max(1_000).optional(),
  linesAdded: z.number().int().min(0).optional(),
  linesRemoved: z.number().int().min(0).optional(),
  reviewer: z.string().max(200).optional(),
  verdict: z.enum(["approved", "changes-requested", "commented"]).optional(),
  durationMs: z.number().min(0).optional(),
});

const content = z.object({
  description: z.string().optional(),
  title: z.string().optional(),
  repository: reference.optional(),
  environment: reference.optional(),
  service: reference.optional(),
  pipelineName: z.string().optional(),
  uri: z.string().optional(),
  outcome: z.string().optional(),
  testCase: reference.optional(),
});

export const cdevent = z.object({
  context: z.object({ id, source: z.string().max(1_000), type: z.string(), timestamp: time }),
  subject: z.object({ id, content: content.default({}) }),
  // CDEvents lets it be a string of any format, which says nothing here.
  customData: z.preprocess((given) => (typeof given === "object" && given !== null ? given : {}), customData),
});

export type CDEvent = z.infer<typeof cdevent>;
