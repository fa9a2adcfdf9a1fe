import { describe, expect, it } from "vitest";
import {
  createSignInLimit,
  SIGN_IN_ADDRESSES_MAX,
  SIGN_IN_FAILURE_FORGOTTEN_AFTER_MS,
  SIGN_IN_FAILURES_MAX,
} from "./sign-in-limit.ts";

function openLimit() {
  const clock = { nowMs: 1_000_000 };
  const limit = createSignInLimit(() => clock.nowMs);
  let tried = 0;
  const attempt = async (address: string, isRight: boolean) => {
    const outcome = limit.run(address, async () => {
      tried += 1;
      return isRight ? "in" : undefined;
    });
    return outcome.then(
      (result) => result ?? "wrong",
      (error: { code: string }) => error.code,
    );
  };
  const failOften = async (address: string) => {
    for (let index = 0; index < SIGN_IN_FAILURES_MAX; index += 1) await attempt(address, false);
  };
  return { clock, attempt, failOften, tried: () => tried };
}

describe("signing in", () => {
  it("is refused unlooked after too many failures of one address", async () => {
    const { attempt, failOften, tried } = openLimit();

    await failOften("10.0.0.1");
    const outcome = await attempt("10.0.0.1", true);

    expect(outcome).toBe("too-many-requests");
    expect(tried()).toBe(SIGN_IN_FAILURES_MAX);
  });

  it("does not lock out anybody at another address", async () => {
    const { attempt, failOften } = openLimit();

    await failOften("10.0.0.1");

    expect(await attempt("10.0.0.2", true)).toBe("in");
  });

  it("lets who made mistakes in again after a second", async () => {
    const { attempt, clock, failOften } = openLimit();
    await failOften("10.0.0.1");

    clock.nowMs += SIGN_IN_FAILURE_FORGOTTEN_AFTER_MS;

    expect(await attempt("10.0.0.1", true)).toBe("in");
    expect(await attempt("10.0.0.1", false)).toBe("wrong");
    expect(await attempt("10.0.0.1", false)).toBe("too-many-requests");
  });

  it("does not count who is right, however often", async () => {
    const { attempt } = openLimit();

    for (let index = 0; index < 5 * SIGN_IN_FAILURES_MAX; index += 1) {
      expect(await attempt("10.0.0.1", true)).toBe("in");
    }
  });

  it("counts attempts that are still under way", async () => {
    const limit = createSignInLimit(() => 0);
    const never = new Promise<undefined>(() => {});
    for (let index = 0; index < SIGN_IN_FAILURES_MAX; index += 1) void limit.run("10.0.0.1", () => never);

    await expect(limit.run("10.0.0.1", async () => "in")).rejects.toMatchObject({ code: "too-many-requests" });
  });

  it.each([
    ["2001:db8::1", "2001:db8::2", true],
    ["2001:db8:0:0:1::", "2001:0db8::ffff:1", true],
    ["2001:db8:0:1::1", "2001:db8:0:2::1", false],
    ["::ffff:10.0.0.1", "10.0.0.1", true],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.2", false],
  ])("takes %s and %s for one sender: %s", async (one, other, isSame) => {
    const { attempt, failOften } = openLimit();

    await failOften(one);

    expect(await attempt(other, true)).toBe(isSame ? "too-many-requests" : "in");
  });

  it("remembers no more addresses than its bound, the last ones first", async () => {
    const { attempt, failOften } = openLimit();
    await failOften("first");

    for (let index = 0; index < SIGN_IN_ADDRESSES_MAX; index += 1) await attempt(`address ${index}`, false);
    await failOften("last");

    expect(await attempt("first", true)).toBe("in");
    expect(await attempt("last", true)).toBe("too-many-requests");
  });
});
