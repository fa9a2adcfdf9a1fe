import type { ChangeFact, CommitFact, DeploymentFact, IncidentFact, PipelineRunFact, TestRunFact } from "./facts.ts";

/**
 * One thing that one source said at one moment about one subject: a part of a fact. A pull request is told as opened by one webhook, as approved by the next, as
 * merged by a third, in any order and some of them twice; `foldTold` makes one `ChangeFact` of them.
 *
 * What is left out, or `undefined`, was not said. What is `null` was said to be unknown or undone (reopened: `abandonedAtMs` is `null` again).
 *
 * @public
 */
export type Told =
  | (Telling & { readonly kind: "commit"; readonly told: Said<CommitFact, "sha"> & Guessed })
  | (Telling & { readonly kind: "change"; readonly told: Said<ChangeFact, "id"> })
  | (Telling & { readonly kind: "deployment"; readonly told: Said<DeploymentFact, "id"> })
  | (Telling & { readonly kind: "incident"; readonly told: Said<IncidentFact, "id"> & Retracted })
  | (Telling & { readonly kind: "pipeline-run"; readonly told: Said<PipelineRunFact, "id"> })
  | (Telling & { readonly kind: "test-run"; readonly told: Said<TestRunFact, "never"> });

type Said<Fact, Id extends string> = { readonly [Field in keyof Omit<Fact, Id>]?: Omit<Fact, Id>[Field] | undefined };

/** A push does not tell parents, nor when work began: what is made of it gives way to what is told, whichever is later. */
type Guessed = { readonly isGuessed?: true | undefined };

/** `true`: it is none (any more), and makes no fact. `false`: it is one again. */
type Retracted = { readonly isRetracted?: boolean | undefined };

type Telling = {
  /** What it is about, unique among its kind: a sha for commits, `owner/name#12` or a deployment's id otherwise. */
  readonly subject: string;
  /** Who said it, such as `github`, `cdevents`, `steadfast`. */
  readonly source: string;
  /** The source's own id of the message: the same one is believed once. */
  readonly messageId: string;
  /** When it happened, as the source says; a later telling overrides an earlier one, whenever it arrived. */
  readonly atMs: number;
};

/** @public */
export type ToldKind = Told["kind"];
