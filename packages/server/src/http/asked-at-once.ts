import type { IncomingHttpHeaders } from "node:http";
import type { Principal } from "./access-rule.ts";

/** A request whose caller may make it, and whose body is whole and is JSON within the limits. */
export type AskedAtOnce = {
  readonly principal: Principal;
  readonly headers: IncomingHttpHeaders;
  /** The one parameter of the route's path, of letters, digits, `.`, `_` and `-`; empty where it has none. */
  readonly parameter: string;
  readonly body: unknown;
};

export type AnswerAtOnce = {
  readonly status: 200 | 304;
  readonly etag?: string;
  /** JSON; of a 304 not sent. */
  readonly json: string;
};

/** Answers from memory, or leaves the request to the route's handler. May throw: the handler is asked then, too. */
export type AnswersAtOnce = (asked: AskedAtOnce) => AnswerAtOnce | undefined;
