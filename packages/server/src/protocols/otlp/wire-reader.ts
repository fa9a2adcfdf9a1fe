import { OtlpDecodeError } from "./decode-error.ts";

const WIRE = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

const VARINT_BYTES_MAX = 10;
const TAG_MAX = 0xffff_ffff;

/**
 * Reads protobuf's wire format in place. Every read is bounded by an `end` which never lies beyond the buffer: a truncated
 * or overlong field throws `OtlpDecodeError`, and every read moves forward, so any input ends.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class WireReader {
  readonly bytes: Buffer;
  position = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** A varint of up to 64 bits: exact below 2^53, and far above 2^32 beyond. */
  varint(end: number): number {
    const first = this.position < end ? (this.bytes[this.position] ?? 0) : 0x80;
    if (first < 0x80) {
      this.position += 1;
      return first;
    }
    return this.#longVarint(end);
  }

  /** The tag of the next field: its number times 8, plus its wire type. */
  tag(end: number): number {
    const at = this.position;
    const tag = this.varint(end);
    if (tag < 8 || tag > TAG_MAX) this.fail(`the field number ${Math.floor(tag / 8)}`, at);
    return tag;
  }

  /** Where the length-delimited field that starts here ends; the position moves to its first byte. */
  delimited(end: number): number {
    const at = this.position;
    const length = this.varint(end);
    const stop = this.position + length;
    if (stop > end) this.fail(`a length of ${length} bytes where ${end - this.position} are left`, at);
    return stop;
  }

  skip(wireType: number, end: number): void {
    if (wireType === WIRE.lengthDelimited) this.position = this.delimited(end);
    else if (wireType === WIRE.varint) this.varint(end);
    else if (wireType === WIRE.fixed64) this.#forward(8, end);
    else if (wireType === WIRE.fixed32) this.#forward(4, end);
    else this.fail(`wire type ${wireType}, which OTLP does not use`, this.position);
  }

  /** Moves over a fixed64 and returns where it starts. */
  fixed64(end: number): number {
    const at = this.position;
    this.#forward(8, end);
    return at;
  }

  fail(fault: string, offset: number): never {
    throw new OtlpDecodeError(`byte ${offset}`, fault);
  }

  #longVarint(end: number): number {
    const at = this.position;
    let value = 0;
    let weight = 1;
    for (let index = 0; index < VARINT_BYTES_MAX; index += 1) {
      if (this.position >= end) this.fail("a number that is cut off", at);
      const byte = this.bytes[this.position] ?? 0;
      this.position += 1;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
      weight *= 0x80;
    }
    return this.fail("a number of more than 10 bytes", at);
  }

  #forward(count: number, end: number): void {
    if (this.position + count > end)
      this.fail(`${count} bytes expected where ${end - this.position} are left`, this.position);
    this.position += count;
  }
}
