import { ATTRIBUTE, attributeOfBytes } from "./attribute-name.ts";
import type { WireReader } from "./wire-reader.ts";

/** Tag bytes: field number × 8 + wire type. */
const KEY_VALUE_KEY = 0x0a;
const KEY_VALUE_VALUE = 0x12;
const ANY_VALUE_STRING = 0x0a;
const ANY_VALUE_INT = 0x18;

const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;

/** Reads an OTLP `KeyValue` whose name is known to `ATTRIBUTE`, and skips any other without looking into its value. */
export class KeyValueReader {
  attribute: number = ATTRIBUTE.none;
  /** The string value; −1: it has another type, or none. */
  stringStart = -1;
  stringEnd = -1;
  /** The integer value, or a string of digits as one; −1: neither. */
  integer = -1;
  readonly #wire: WireReader;

  constructor(wire: WireReader) {
    this.#wire = wire;
  }

  /** Reads the message from the position up to `end` and leaves the position there. */
  read(end: number): number {
    const wire = this.#wire;
    this.attribute = ATTRIBUTE.none;
    this.stringStart = -1;
    this.stringEnd = -1;
    this.integer = -1;
    let valueStart = -1;
    let valueEnd = -1;
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === KEY_VALUE_KEY) {
        const stop = wire.delimited(end);
        this.attribute = attributeOfBytes(wire.bytes, wire.position, stop);
        wire.position = stop;
        if (this.attribute === ATTRIBUTE.none && valueStart === -1) {
          // Encoders write the key first, so the value of an attribute that nobody reads is never scanned.
          wire.position = end;
          return ATTRIBUTE.none;
        }
      } else if (tag === KEY_VALUE_VALUE) {
        valueEnd = wire.delimited(end);
        valueStart = wire.position;
        wire.position = valueEnd;
      } else {
        wire.skip(tag & 7, end);
      }
    }
    if (this.attribute !== ATTRIBUTE.none && valueStart !== -1) {
      wire.position = valueStart;
      this.#readValue(valueEnd);
      wire.position = end;
    }
    return this.attribute;
  }

  #readValue(end: number): void {
    const wire = this.#wire;
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === ANY_VALUE_STRING) {
        this.stringEnd = wire.delimited(end);
        this.stringStart = wire.position;
        wire.position = this.stringEnd;
        this.integer = -1;
      } else if (tag === ANY_VALUE_INT) {
        this.integer = wire.varint(end);
        this.stringStart = -1;
        this.stringEnd = -1;
      } else {
        wire.skip(tag & 7, end);
        this.stringStart = -1;
        this.stringEnd = -1;
        this.integer = -1;
      }
    }
  }

  /** The value as an HTTP status: an integer, or three digits as older instrumentations send. −1: not a status. */
  httpStatus(): number {
    if (this.stringEnd - this.stringStart !== 3) return this.integer;
    let status = 0;
    for (let position = this.stringStart; position < this.stringEnd; position += 1) {
      const digit = this.#wire.bytes[position] ?? 0;
      if (digit < DIGIT_ZERO || digit > DIGIT_NINE) return -1;
      status = status * 10 + digit - DIGIT_ZERO;
    }
    return status;
  }
}
