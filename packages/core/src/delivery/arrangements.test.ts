import { expect, it } from "vitest";
import { countArrangements, visitArrangements } from "./arrangements.ts";

function arrangements(size: number, edge: number, most = 10_000): readonly string[] {
  const seen: string[] = [];
  visitArrangements(size, edge, (order) => seen.push(order.join(" ")) < most);
  return seen;
}

// Goal: an exact test counts every order as often as any other.
it.each([
  { size: 8, edge: 4, orders: 35 },
  { size: 9, edge: 4, orders: 315 },
  { size: 10, edge: 4, orders: 3_150 },
  { size: 5, edge: 2, orders: 15 },
])("hands out $orders orders of $size with ends of $edge, each once", ({ size, edge, orders }) => {
  const seen = arrangements(size, edge);

  expect(seen).toHaveLength(orders);
  expect(new Set(seen).size).toBe(orders);
  expect(countArrangements(size, edge)).toBe(orders);
});

it("takes an order and its mirror for one", () => {
  expect(arrangements(4, 2)).toEqual(["0 1 2 3", "0 2 1 3", "0 3 1 2"]);
});

it("stops when no more are wanted", () => {
  expect(arrangements(10, 4, 7)).toHaveLength(7);
});
