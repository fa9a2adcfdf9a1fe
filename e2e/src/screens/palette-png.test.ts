import { deflateSync, inflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { toPalettePng } from "./palette-png.ts";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Checksums are not read. */
function chunk(name: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, Buffer.from(name, "latin1"), body, Buffer.alloc(4)]);
}

function rgbPng(width: number, height: number, rows: readonly (readonly number[])[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(Buffer.from(rows.flat()));
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

function bodyOf(png: Buffer, wanted: string): Buffer {
  for (let at = SIGNATURE.length; at < png.length; at += png.readUInt32BE(at) + 12) {
    if (png.toString("latin1", at + 4, at + 8) === wanted) return png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
  }
  throw new Error(`no ${wanted}`);
}

/** The colours of a picture with a palette, row by row. */
function coloursOf(png: Buffer, width: number): string[][] {
  const table = bodyOf(png, "PLTE");
  const rows = inflateSync(bodyOf(png, "IDAT"));
  const colours: string[][] = [];
  for (let at = 0; at < rows.length; at += width + 1) {
    const indexes = [...rows.subarray(at + 1, at + 1 + width)];
    colours.push(indexes.map((index) => table.toString("hex", index * 3, index * 3 + 3)));
  }
  return colours;
}

it("keeps every colour of a picture with few, whatever filter its rows have", () => {
  const rows = [
    [0, 255, 0, 0, 0, 255, 0],
    [1, 10, 20, 30, 1, 1, 1],
    [2, 1, 1, 1, 0, 0, 0],
    [3, 0, 0, 0, 0, 0, 0],
    [4, 5, 5, 5, 0, 0, 0],
  ];

  const small = toPalettePng(rgbPng(2, rows.length, rows));

  expect(coloursOf(small, 2)).toEqual([
    ["ff0000", "00ff00"],
    ["0a141e", "0b151f"],
    ["0b151f", "0b151f"],
    ["050a0f", "080f17"],
    ["0a0f14", "0a0f17"],
  ]);
});

it("gives a picture with very many colours the nearest of 256", () => {
  const width = 64;
  const rows = Array.from({ length: 64 }, (_, y) => [
    0,
    ...Array.from({ length: width }, (_, x) => [x * 4, y * 4, 128]).flat(),
  ]);

  const small = toPalettePng(rgbPng(width, rows.length, rows));

  expect(bodyOf(small, "PLTE").length).toBeLessThanOrEqual(256 * 3);
  const worst = coloursOf(small, width).flatMap((row, y) =>
    row.map(
      (colour, x) =>
        Math.abs(Number.parseInt(colour.slice(0, 2), 16) - x * 4) +
        Math.abs(Number.parseInt(colour.slice(2, 4), 16) - y * 4),
    ),
  );
  expect(Math.max(...worst)).toBeLessThan(48);
});

it("says which pictures it cannot read", () => {
  const png = rgbPng(1, 1, [[0, 1, 2, 3]]);

  expect(() => toPalettePng(toPalettePng(png))).toThrow(RangeError);
});
