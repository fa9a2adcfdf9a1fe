import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Capability, Principal } from "./access-rule.ts";
import type { AnswersAtOnce } from "./asked-at-once.ts";

export type BodyShare = { readonly tokenId: string; bytes: number };

/** The Fastify instance that every noun's routes are mounted on: schemas are zod's, and types follow from them. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the caller must be allowed; every route names one. */
    access?: Capability;
    /** Answers what needs nothing but memory before Fastify is asked; the handler answers everything else. */
    atOnce?: AnswersAtOnce;
    /** `false`: an Idempotency-Key is not looked at, because repeating does no harm or the answer is a secret. */
    isIdempotencyKept?: boolean;
  }
  interface FastifyRequest {
    /** Who calls. Reading it on a public route is a bug and throws. */
    principal: Principal;
    /** Where `authenticate` puts whom it let in. A field, since a WeakMap costs more than all the rest of the check. */
    admitted: Principal | null;
    /** What the request's body holds of the bytes that may be under way; of `boundBodies`. */
    bodyShare: BodyShare | null;
  }
}
