/** What the sender is told: spans that were refused, and why. An empty `message`: all is well. */
export type PartialSuccess = { readonly rejectedSpans: number; readonly message: string };

const RESPONSE_PARTIAL_SUCCESS = 0x0a;
const PARTIAL_SUCCESS_REJECTED_SPANS = 0x08;
const PARTIAL_SUCCESS_MESSAGE = 0x12;

/** `ExportTraceServiceResponse` in protobuf; full success is the empty message. */
export function encodeExportResponse(partial: PartialSuccess): Buffer {
  if (partial.message === "") return Buffer.alloc(0);
  const message = Buffer.from(partial.message);
  const body = Buffer.concat([
    partial.rejectedSpans === 0
      ? Buffer.alloc(0)
      : Buffer.from([PARTIAL_SUCCESS_REJECTED_SPANS, ...varint(partial.rejectedSpans)]),
    Buffer.from([PARTIAL_SUCCESS_MESSAGE, ...varint(message.length)]),
    message,
  ]);
  return Buffer.concat([Buffer.from([RESPONSE_PARTIAL_SUCCESS, ...varint(body.length)]), body]);
}

/** The same in OTLP/JSON, where 64-bit integers are strings. */
export function exportResponseJson(partial: PartialSuccess): object {
  if (partial.message === "") return {};
  return { partialSuccess: { rejectedSpans: String(partial.rejectedSpans), errorMessage: partial.message } };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
