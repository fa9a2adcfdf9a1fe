import { expect, it } from "vitest";
import { EMPTY_FLAG, toFieldFaults, toRequest, withKind, withoutVariant, withVariant } from "./new-flag.ts";

it("sends what was filled in, and only the environments that differ", () => {
  const flag = {
    ...withKind(EMPTY_FLAG, "number"),
    key: " page-size ",
    defaults: { staging: "new", production: "old" },
  };

  expect(toRequest(flag)).toEqual({
    ok: true,
    body: {
      key: "page-size",
      description: "",
      owner: "",
      service: "",
      state: "ENABLED",
      variants: { new: 20, old: 10 },
      defaultVariant: "old",
      environments: { staging: { defaultVariant: "new" } },
    },
  });
});

it("says at the field what cannot be a value, a name or a key", () => {
  const flag = withKind(EMPTY_FLAG, "object");
  const variants = [
    { id: 1, name: "a", value: "[1]" },
    { id: 2, name: "", value: "{}" },
    { id: 3, name: "b", value: "{}" },
    { id: 4, name: "b", value: "{}" },
  ];

  const request = toRequest({ ...flag, variants });

  expect(request.ok ? [] : Object.keys(request.faults)).toEqual(["key", "variant-1", "variant-2", "variant-4"]);
});

it("follows a variant that is renamed, and lets go of one that is removed", () => {
  const flag = { ...EMPTY_FLAG, defaults: { staging: "on" } };

  const renamed = withVariant(flag, { id: 1, name: "new", value: "true" });

  expect(renamed.defaults).toEqual({ staging: "new" });
  expect(withoutVariant(renamed, 1).defaults).toEqual({});
  expect(withoutVariant(flag, 2).defaultVariant).toBe("");
});

it("puts the server's faults beside their fields", () => {
  const faults = [
    { path: "/key", message: "is taken" },
    { path: "/variants/on", message: "is too long" },
    { path: "/environments/staging/defaultVariant", message: "is no variant" },
    { path: "", message: "is too large" },
  ];

  expect(toFieldFaults(EMPTY_FLAG, faults)).toEqual({
    key: "It is taken.",
    "variant-1": "It is too long.",
    "default-staging": "It is no variant.",
    form: "It is too large.",
  });
});
