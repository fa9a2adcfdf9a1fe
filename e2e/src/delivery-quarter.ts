import type { Api } from "./api.ts";
import { type Told, tellEvents } from "./tell-events.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const QUARTER_MS = 90 * DAY_MS;

const PEOPLE = ["maya", "jonas", "lena", "omar"] as const;
const SUBJECTS = [
  ...["Faster search", "One page instead of four", "Retry the payment once", "Round prices half to even"],
  ...["Mend the basket's badge", "Drop the old index", "Log in with a passkey", "Returns without a call"],
] as const;

/** Names, and how often each fails for no reason. */
const TESTS = [
  ["checkout › pays once when the button is pressed twice", 0.09],
  ["search › finds what was indexed a second ago", 0.03],
  ["basket › adds up", 0],
] as const;

/**
 * Tells a server a quarter of a team's deliveries as CDEvents, up to a moment, and the quarter before it, which was slower: about three requests a weekday, which
 * wait long for a first look, the large ones longest, a deployment for every two or three of them, some of which fail and are mended or taken back, and the
 * tests that ran, two of which are flaky. The same for the same seed.
 */
export async function tellQuarter(api: Api, service: string, untilMs: number, seed = 7): Promise<void> {
  const repository = `acme/${service}`;
  await api.request("PUT", `/api/v1/services/${service}`, { repositories: [repository], owner: "payments" });
  await tellEvents(api, service, quarter(service, repository, untilMs, seededRandom(seed)));
}

function quarter(service: string, repository: string, untilMs: number, random: () => number): Told[] {
  const told: Told[] = [];
  const between = (low: number, high: number) => low + random() * (high - low);
  let waiting: { readonly sha: string; readonly mergedAtMs: number }[] = [];
  let number = 100;
  let incidents = 0;
  let lastDeployment = "";
  let previousRevision = "";
  let lastRevision = "";
  const deploy = (atMs: number, more: object = {}) => {
    const shipped = waiting.filter(({ mergedAtMs }) => mergedAtMs < atMs).map((each) => each.sha);
    const revision = shipped.at(-1) ?? sha(random);
    lastDeployment = `${service}-${number}`;
    previousRevision = lastRevision;
    lastRevision = revision;
    const content = { environment: { id: "production" }, artifactId: `pkg:oci/${service}` };
    const customData = { revision, commits: shipped, deploymentId: lastDeployment, isPlanned: true, ...more };
    told.push({ type: "dev.cdevents.service.deployed.0.2.0", atMs, subject: { id: service, content }, customData });
    waiting = waiting.filter(({ mergedAtMs }) => mergedAtMs >= atMs);
  };
  const takeBack = (atMs: number) => {
    const content = { environment: { id: "production" }, artifactId: `pkg:oci/${service}` };
    const customData = { revision: previousRevision, deploymentId: `${service}-${number}`, rollsBack: lastDeployment };
    told.push({ type: "dev.cdevents.service.rolledback.0.2.0", atMs, subject: { id: service, content }, customData });
  };
  for (let day = untilMs - 2 * QUARTER_MS; day < untilMs; day += DAY_MS) {
    const slowness = day < untilMs - QUARTER_MS ? 2.6 : 1.6;
    if ([0, 6].includes(new Date(day).getUTCDay())) continue;
    for (let count = 0; count < 2 + Math.floor(random() * 3); count += 1) {
      number += 1;
      const openedAtMs = day + between(8, 15) * HOUR_MS;
      const size = random();
      const lookedAtMs = openedAtMs + (1 + 5 * (0.3 * random() + 0.7 * size)) ** 2 * slowness * HOUR_MS;
      const approvedAtMs = lookedAtMs + between(0.3, 9) * HOUR_MS;
      const mergedAtMs = approvedAtMs + between(0.1, 3) * HOUR_MS;
      const mergeCommit = sha(random);
      const author = PEOPLE[number % PEOPLE.length];
      const reviewer = PEOPLE[(number + 1) % PEOPLE.length];
      const title = SUBJECTS[number % SUBJECTS.length];
      const subject = { id: String(number), content: { repository: { id: repository }, title } };
      const linesAdded = Math.round(3 * 10 ** (2.4 * size));
      const tell = (predicate: string, atMs: number, customData: object) => {
        if (atMs < untilMs) told.push({ type: `dev.cdevents.change.${predicate}.0.3.0`, atMs, subject, customData });
      };
      const firstCommitAt = new Date(openedAtMs - between(1, 18) * HOUR_MS).toISOString();
      tell("created", openedAtMs, { number, author, firstCommitAt, linesAdded, linesRemoved: linesAdded >> 1 });
      tell("reviewed", lookedAtMs, { reviewer, verdict: "commented" });
      tell("reviewed", approvedAtMs, { reviewer, verdict: "approved" });
      tell("merged", mergedAtMs, { mergeCommit });
      for (const [name, flips] of TESTS) {
        for (const run of [1, 2]) {
          const outcome = random() < flips ? "fail" : "pass";
          const testCase = { id: name };
          const uri = `https://ci.example/${repository}/${number}/${run}`;
          const testRun = { id: `${number} ${name} ${run}`, content: { outcome, testCase, uri } };
          const customData = { repository, revision: mergeCommit, durationMs: Math.round(between(2, 40) * 1_000) };
          const type = "dev.cdevents.testcaserun.finished.0.2.0";
          told.push({ type, atMs: approvedAtMs + run * 60_000, subject: testRun, customData });
        }
      }
      if (mergedAtMs < untilMs - DAY_MS) waiting.push({ sha: mergeCommit, mergedAtMs });
    }
    if (random() < 0.75 && waiting.length > 0) deploy(day + 2 * DAY_MS + between(16, 18) * HOUR_MS);
    if (random() < 0.1) {
      const failed = lastDeployment;
      const hurtAtMs = day + 2 * DAY_MS + 19 * HOUR_MS;
      const content = { service: { id: service }, environment: { id: "production" }, description: "Nobody can pay" };
      const incident = { id: `inc-${number}`, content };
      const causedBy = { causedBy: [failed] };
      told.push({
        type: "dev.cdevents.incident.detected.0.2.0",
        atMs: hurtAtMs,
        subject: incident,
        customData: causedBy,
      });
      const mendedAtMs = hurtAtMs + between(0.2, 4) * HOUR_MS;
      number += 1;
      incidents += 1;
      if (incidents % 3 === 0) takeBack(mendedAtMs);
      else deploy(mendedAtMs, { isPlanned: false, remediates: [failed] });
      told.push({ type: "dev.cdevents.incident.resolved.0.2.0", atMs: mendedAtMs, subject: incident, customData: {} });
    }
  }
  return told.filter(({ atMs }) => atMs < untilMs);
}

function sha(random: () => number): string {
  return Array.from({ length: 40 }, () => Math.floor(random() * 16).toString(16)).join("");
}

/** Mulberry32: the same numbers for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
