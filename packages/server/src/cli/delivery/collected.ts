import type { CommitGraph } from "@steadfast/core/delivery/commit-graph";
import type { DeliveryReport } from "@steadfast/core/delivery/report";
import type { CommitColumns } from "../../git/commit-columns.ts";
import type { TagList } from "../../git/read-tags.ts";
import type { Repository } from "../../git/repository.ts";
import type { GitPlace } from "../../git/run-git.ts";
import type { TagProposals } from "../../git/tag-pattern.ts";
import type { Io } from "../io.ts";
import type { Progress } from "./progress.ts";
import type { DeliveryRequest } from "./request.ts";

/** One report, of the whole repository (`package` is `null`) or of a package. */
export type PackageReport = {
  readonly package: string | null;
  readonly releases: ReleaseChoice;
  readonly report: DeliveryReport;
  readonly compared: DeliveryReport | null;
  /** What only the clone knows; in front of the report's own assumptions. */
  readonly assumptions: readonly string[];
};

/** Which tags were taken for releases. */
export type ReleaseChoice = {
  readonly patterns: readonly string[];
  /** `null` where the patterns were given. */
  readonly proposals: TagProposals | null;
  readonly matchedCount: number;
  /** A few tags of the repository, matched or not. */
  readonly examples: readonly string[];
};

export type Collected = {
  readonly repository: Repository;
  readonly tagCount: number;
  readonly reports: readonly PackageReport[];
  /** Once what was read is kept for the next run: to be waited for when the report is out. Never fails. */
  readonly kept: Promise<void>;
};

/** What was read of a clone, and what is asked of it. */
export type Clone = {
  readonly io: Io;
  readonly place: GitPlace;
  readonly repository: Repository;
  readonly commits: CommitColumns;
  /** Of the commits. */
  readonly graph: CommitGraph;
  readonly tags: TagList;
  readonly request: DeliveryRequest;
  readonly progress: Progress;
};
