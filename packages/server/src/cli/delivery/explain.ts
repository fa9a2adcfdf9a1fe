/** What `--explain` prints: each figure's definition. The same words as docs/delivery-definitions.md, shorter. */
export const DEFINITIONS: readonly (readonly [string, string])[] = [
  [
    "Release",
    "A tag whose short name matches, peeled to a commit. Its time is its creator date: the tagger's, else the commit's committer's. Releases are ordered by (time, name); several tags on one commit are one, the first. From a clone alone, a release stands for a deployment.",
  ],
  [
    "New commits",
    "Those reachable from the release and from no earlier one, as `git rev-list r --not <earlier>` lists them. The first release of the repository is the baseline: it counts as a release, its commits are never measured.",
  ],
  ["Window", "from ≤ time of the release < to. Who owns a commit is computed over all releases."],
  [
    "Change lead time",
    "Time of the release minus the commit's author date (work began) or committer date (entered this history; under squash-merge, the merge). Non-merge commits only; cherry-picks (same author, author date and subject) once; negative ones are counted, shown and left out.",
  ],
  [
    "Median, p90",
    "By linear interpolation between closest ranks. In brackets the 95 % interval of the median, which knows that commits of one release wait together (Woodruff).",
  ],
  [
    "Deployment frequency",
    "Releases in the window per 7 days, and the time between neighbours. The window is the one asked for; else it begins at the first release, and ends at the newest commit of a clone that was not fetched.",
  ],
  [
    "Change fail rate",
    "Distinct failed releases ÷ (releases − rollbacks). A release failed if what it brought is taken back later by a revert that names it by commit id, request number or quoted title: one that HEAD or any tag reaches, released or not. A revert inside the same release did not ship and does not count; a revert of a revert brings the change back and is no failure. Unlinked is a revert that names nothing in this history. In brackets Wilson's 95 % interval.",
  ],
  [
    "Recovery time",
    "From the failed release to the first one that ships a revert of it, also after the window's end. What nothing released has mended yet is open: counted, and never dropped.",
  ],
  [
    "Rework rate",
    "Releases that mend a production problem (here: each one that ships such a revert) ÷ all releases. Never guessed from a patch number.",
  ],
  [
    "Batch size",
    "Non-merge commits a release; lines added + removed a commit, renames followed, binary files counting nothing.",
  ],
  [
    "Trend",
    "Periods compared by E-divisive with a permutation test (p ≤ 0.01; of eight or nine periods, 0.03) and a least effect of a fifth (rates: 5 points). Without both: no detectable change. Below eight periods with data nothing could be found: too few periods. A failure belongs to the period of the release that failed; while it is open it counts as running, and a period of which fewer than half are mended has no recovery time yet.",
  ],
  [
    "What if",
    "Each change is replayed with the stage capped at half of its median (at least an hour), and taken by the first real release of its line after that. In brackets the 95 % bootstrap interval. Medians are never subtracted.",
  ],
];
