import { z } from "zod";
import { CliError } from "../../cli-error.ts";
import { plain } from "../../terminal/text.ts";
import type { ForgeClient } from "./forge-client.ts";

/** The schema's largest page. Asked for by number, a request adds nothing to the complexity that GitLab limits. */
export const REQUESTS_PER_QUERY_MAX = 100;

const QUERY =
  "query($path: ID!, $iids: [String!]) { project(fullPath: $path) { mergeRequests(iids: $iids, first: 100) { nodes { iid diffStatsSummary { additions deletions fileCount } } } } }";

const count = z.number().int().min(0);
const summary = z.object({ additions: count, deletions: count, fileCount: count });
const answer = z.object({
  data: z
    .object({
      project: z
        .object({
          mergeRequests: z.object({
            nodes: z.array(z.object({ iid: z.string(), diffStatsSummary: summary.nullable() }).nullable()),
          }),
        })
        .nullable(),
    })
    .nullish(),
  errors: z.array(z.object({ message: z.string() })).default([]),
});

/** Lines and files of a merge request. */
export type RequestSize = z.infer<typeof summary>;

/**
 * Sizes of merge requests by their number: at most `REQUESTS_PER_QUERY_MAX` of them. What GitLab cannot tell is not among them.
 * As soon as it will not answer at all, `onSilence` is told why, and nothing is asked any more.
 */
export type SizesOf = (iids: readonly number[]) => Promise<ReadonlyMap<number, RequestSize>>;

/** GitLab tells a merge request's size by GraphQL alone. @see https://docs.gitlab.com/api/graphql/reference/#diffstatssummary */
export function readSizes(client: ForgeClient, path: string, onSilence: (why: string) => void): SizesOf {
  let isSilent = false;
  return async (iids) => {
    const sizes = new Map<number, RequestSize>();
    // A query that takes GitLab half a minute ends with what there is by then, and an error: the rest is asked for once more, as long as that helps.
    for (let missing = iids; missing.length > 0 && !isSilent; ) {
      const told = await ask(client, path, missing);
      if (typeof told === "string") {
        isSilent = true;
        onSilence(told);
        break;
      }
      for (const [iid, size] of told.sizes) sizes.set(iid, size);
      missing = told.isWhole || told.sizes.size === 0 ? [] : missing.filter((iid) => !sizes.has(iid));
    }
    return sizes;
  };
}

type Told = { readonly sizes: ReadonlyMap<number, RequestSize>; readonly isWhole: boolean };

/** @returns why there is no answer, as text */
async function ask(client: ForgeClient, path: string, iids: readonly number[]): Promise<Told | string> {
  let body: unknown;
  try {
    body = await client.post("../graphql", { query: QUERY, variables: { path, iids: iids.map(String) } });
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
  const read = answer.safeParse(body);
  if (!read.success) return "GitLab's GraphQL API answered something else than sizes.";
  const { data, errors } = read.data;
  if (!data?.project) return `GitLab's GraphQL API says: ${plain(errors[0]?.message ?? "no such project")}`;
  const sizes = new Map<number, RequestSize>();
  for (const node of data.project.mergeRequests.nodes)
    if (node?.diffStatsSummary) sizes.set(Number(node.iid), node.diffStatsSummary);
  return { sizes, isWhole: errors.length === 0 };
}
