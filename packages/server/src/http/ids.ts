import { randomBytes } from "node:crypto";

/** Crockford base32: no I, L, O, U, so that an id survives being read aloud. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 10;

/**
 * A new id such as `rol_06F3ZK…`: ten characters of time (50 bits of milliseconds), ten of randomness (50 bits).
 * Ids made later sort later, by milliseconds. Unique, not secret.
 */
export function newId(prefix: string, nowMs: number = Date.now()): string {
  let time = "";
  for (let rest = nowMs, i = 0; i < TIME_CHARACTERS; i += 1) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let random = "";
  for (const byte of randomBytes(RANDOM_CHARACTERS)) random += ALPHABET.charAt(byte & 31);
  return `${prefix}_${time}${random}`;
}
