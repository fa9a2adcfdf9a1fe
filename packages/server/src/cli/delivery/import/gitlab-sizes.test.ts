import { expect, it } from "vitest";
import { CliError } from "../../cli-error.ts";
import type { ForgeClient } from "./forge-client.ts";
import { readSizes } from "./gitlab-sizes.ts";

const size = (additions: number) => ({ additions, deletions: 1, fileCount: 1 });
const node = (iid: number, summary: object | null = size(iid)) => ({ iid: String(iid), diffStatsSummary: summary });
const nodes = (...given: unknown[]) => ({ data: { project: { mergeRequests: { nodes: given } } } });

/** A forge whose GraphQL answers these one after the other. */
function answering(...answers: unknown[]) {
  const asked: object[] = [];
  const silences: string[] = [];
  const client: ForgeClient = {
    get: async () => undefined,
    async *pages() {},
    post: async (path, body) => {
      asked.push({ path, ...body });
      const answer = answers[asked.length - 1];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { asked, silences, sizesOf: readSizes(client, "acme/lab", (why) => silences.push(why)) };
}

it("asks for the sizes of a page beside the REST API, by project and number", async () => {
  const { asked, silences, sizesOf } = answering(nodes(node(1), node(2, null), null));

  const sizes = await sizesOf([1, 2, 3]);

  expect([...sizes]).toEqual([[1, size(1)]]);
  expect(asked).toMatchObject([{ path: "../graphql", variables: { path: "acme/lab", iids: ["1", "2", "3"] } }]);
  expect(silences).toEqual([]);
});

it("asks for nothing where there is nothing to ask for", async () => {
  const { asked, sizesOf } = answering();

  await sizesOf([]);

  expect(asked).toEqual([]);
});

it("asks for the rest where GitLab ran out of time in the middle, as long as that helps", async () => {
  const outOfTime = { errors: [{ message: "Timeout on MergeRequest.diffStatsSummary" }] };
  const { asked, silences, sizesOf } = answering(
    { ...nodes(node(1), node(2, null), node(3, null)), ...outOfTime },
    { ...nodes(node(2), node(3, null)), ...outOfTime },
    { ...nodes(node(3, null)), ...outOfTime },
  );

  const sizes = await sizesOf([1, 2, 3]);

  expect([...sizes.keys()]).toEqual([1, 2]);
  expect(asked).toMatchObject([
    { variables: { iids: ["1", "2", "3"] } },
    { variables: { iids: ["2", "3"] } },
    { variables: { iids: ["3"] } },
  ]);
  expect(silences).toEqual([]);
});

it.each([
  ["there is no GraphQL", new CliError("https://gitlab.example/api/graphql answered 404."), /answered 404/],
  ["it knows no sizes", { errors: [{ message: "Field 'fileCount' doesn't exist" }] }, /'fileCount' doesn't exist/],
  ["the token may not see the project", { data: { project: null } }, /no such project/],
  ["the answer is something else", ["a page"], /something else than sizes/],
  ["the message would move the cursor", { errors: [{ message: "no\u001b[2J\nno" }] }, /says: no no$/],
])("goes on without sizes, and says so once, where %s", async (_, answer, why) => {
  const { asked, silences, sizesOf } = answering(answer);

  const sizes = [await sizesOf([1]), await sizesOf([2])];

  expect(sizes.map(({ size: count }) => count)).toEqual([0, 0]);
  expect(silences).toEqual([expect.stringMatching(why)]);
  expect(asked).toHaveLength(1);
});

it("does not take a stopped import for a forge without sizes", async () => {
  const { sizesOf } = answering(new DOMException("stopped", "AbortError"));

  await expect(sizesOf([1])).rejects.toThrow("stopped");
});
