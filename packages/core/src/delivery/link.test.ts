import { expect, it } from "vitest";
import { linkOf } from "./link.ts";

it.each([
  ["https://forge.example/a/b", "https://forge.example/a/b"],
  ["HTTP://forge.example", "HTTP://forge.example"],
  ["javascript:alert(1)", null],
  [" javascript:alert(1)", null],
  ["java\nscript:alert(1)", null],
  ["data:text/html,x", null],
  ["//forge.example", null],
  ["x?https://forge.example", null],
  ["", null],
  [undefined, null],
  [null, null],
])("a page links %j as %j", (told, link) => {
  expect(linkOf(told)).toBe(link);
});
