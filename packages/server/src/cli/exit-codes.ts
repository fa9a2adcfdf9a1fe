/** What `steadfast` tells a script. Numbers are never reused. */
export const EXIT_CODES = {
  ok: 0,
  failure: 1,
  usage: 2,
  rolledBack: 3,
  refused: 4,
  replayDiffers: 5,
  unreachable: 6,
  notSignedIn: 7,
  notCompleted: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** For help and the generated page, in order. */
export const EXIT_CODE_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT_CODES.ok, "done; the rollout completed"],
  [EXIT_CODES.failure, "failed: a fault of the server or of this machine"],
  [EXIT_CODES.usage, "the command line is not valid"],
  [EXIT_CODES.rolledBack, "the rollout was rolled back"],
  [EXIT_CODES.refused, "the server refused (4xx): the message says why"],
  [EXIT_CODES.replayDiffers, "a replayed decision differs from the stored one"],
  [EXIT_CODES.unreachable, "the server cannot be reached"],
  [EXIT_CODES.notSignedIn, "no token, or one that is not valid"],
  [EXIT_CODES.notCompleted, "the rollout was stopped, frozen for a person, or not done within --timeout"],
  [EXIT_CODES.interrupted, "left with Ctrl-C; what runs on the server goes on"],
];
