import { type CommitGraph, UNMEASURED } from "@steadfast/core/delivery/commit-graph";
import { ANY_TITLE } from "@steadfast/core/delivery/request-title";
import { IdTable } from "./id-table.ts";

/** A history in columns: plain memory, as it is kept between runs. Commits are numbered in the order in which git told them. */
export type CommitColumns = {
  /** Of an id: 40 or 64. */
  readonly digits: number;
  /** As `IdTable` keeps them. */
  readonly ids: Uint32Array;
  readonly parentStart: Int32Array;
  readonly parents: Int32Array;
  readonly isMerge: Uint8Array;
  readonly mayRevert: Uint8Array;
  /** Of the request that each brought, as `titleKey` and `requestNumber` of a graph's texts. */
  readonly titleKeys: Int32Array;
  readonly requestNumbers: Int32Array;
  readonly authoredAtMs: Float64Array;
  readonly committedAtMs: Float64Array;
  /** Of commit i in `text`: the author begins at `textAt[4 i]`, the subject, behind a newline, at `[4 i + 1]`, the body at `[4 i + 2]`, and ends at `[4 i + 3]`. */
  readonly textAt: Int32Array;
  /** UTF-8, as far as whoever wrote it took care. */
  readonly text: Buffer;
};

/** Characters that are kept of a subject. */
export const SUBJECT_CHARACTERS_MAX = 1_000;
/** Numbers of `textAt` for each commit. */
export const PLACES = 4;

export function graphOf(columns: CommitColumns): CommitGraph {
  const { digits, ids, isMerge, mayRevert, authoredAtMs, committedAtMs, parentStart, parents, textAt, text } = columns;
  const { titleKeys, requestNumbers } = columns;
  const table = IdTable.of(digits, ids);
  const place = (commit: number, nth: number): number => textAt[commit * PLACES + nth] ?? 0;
  const part = (from: number, to: number): string => text.toString("utf8", from, to);
  return {
    size: isMerge.length,
    parentStart,
    parents,
    isMerge,
    authoredAtMs,
    committedAtMs,
    lines: new Float64Array(isMerge.length).fill(UNMEASURED),
    texts: {
      indexOf: (sha) => table.find(sha),
      sha: (commit) => table.sha(commit),
      author: (commit) => part(place(commit, 0), place(commit, 1) - 1),
      subject: (commit) => part(place(commit, 1), place(commit, 2)).slice(0, SUBJECT_CHARACTERS_MAX),
      body: (commit) => part(place(commit, 2), place(commit, 3)),
      mayRevert: (commit) => mayRevert[commit] === 1,
      titleKey: (commit) => titleKeys[commit] ?? ANY_TITLE,
      requestNumber: (commit) => requestNumbers[commit] ?? 0,
    },
  };
}
