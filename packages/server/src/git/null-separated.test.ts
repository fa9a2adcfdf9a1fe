import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRecords } from "./null-separated.ts";

async function read(chunks: readonly Buffer[], fieldCount: number) {
  const records: string[][] = [];
  await readRecords(Readable.from(chunks), fieldCount, (buffer, start, ends) => {
    records.push(
      ends.map((end, field) => buffer.toString("latin1", field === 0 ? start : (ends[field - 1] ?? 0) + 1, end)),
    );
  });
  return records;
}

describe("records whose fields end with a NUL byte", () => {
  it("are whole wherever a pipe cuts them", async () => {
    const field = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(field, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 }),
        async (fieldCount, fields, sizes) => {
          const bytes = Buffer.from(fields.map((each) => `${each}\0`).join(""));
          let cut = 0;
          const cuts = sizes.map((size) => {
            cut += size;
            return cut;
          });
          const chunks = [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));

          const records = await read(
            chunks.filter(({ length }) => length > 0),
            fieldCount,
          );

          const whole = Math.floor(fields.length / fieldCount);
          expect(records).toEqual(
            Array.from({ length: whole }, (_, nth) => fields.slice(nth * fieldCount, (nth + 1) * fieldCount)),
          );
        },
      ),
    );
  });

  it("may be longer than any buffer so far", async () => {
    const long = "x".repeat(1_000_000);
    const bytes = Buffer.from(`a\0${long}\0b\0c\0`);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 50_000) }, (_, nth) =>
      bytes.subarray(nth * 50_000, (nth + 1) * 50_000),
    );

    expect(await read(chunks, 2)).toEqual([
      ["a", long],
      ["b", "c"],
    ]);
  });
});
