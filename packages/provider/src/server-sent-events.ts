/**
 * Longest line or event that is taken, in characters. A server refuses a snapshot above 4 MB (the default bound of a gRPC
 * message, which it also serves), so twice that never cuts off an honest one.
 */
export const EVENT_CHARACTERS_MAX = 8 * 1024 * 1024;

export type ServerSentEvent = { readonly event: string; readonly id: string; readonly data: string };

/** An event above `EVENT_CHARACTERS_MAX`: the stream cannot be trusted any more and must be closed. */
export class EventTooLargeError extends Error {
  constructor(maxCharacters: number) {
    super(`a server-sent event was longer than ${maxCharacters} characters; the stream was closed`);
    this.name = "EventTooLargeError";
  }
}

/**
 * Parses `text/event-stream` however it is cut into chunks: within a line, a CRLF or a UTF-8 character.
 *
 * `retry:` is ignored: the client has its own backoff. An event without data is not reported, as the specification says.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class ServerSentEventParser {
  // Drops a byte-order mark at the start, and keeps an unfinished character for the next chunk.
  readonly #decoder = new TextDecoder("utf-8");
  readonly #maxCharacters: number;
  #lineParts: string[] = [];
  #lineCharacters = 0;
  #endedWithCarriageReturn = false;
  #event = "";
  #id = "";
  #data: string[] = [];
  #dataCharacters = 0;

  constructor(maxCharacters: number = EVENT_CHARACTERS_MAX) {
    this.#maxCharacters = maxCharacters;
  }

  /**
   * @returns the events that these bytes completed
   * @throws {EventTooLargeError}
   */
  push(bytes: Uint8Array): ServerSentEvent[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    const completed: ServerSentEvent[] = [];
    let start = 0;
    // The line feed of a CRLF that was cut in two belongs to the line before.
    if (this.#endedWithCarriageReturn && text.startsWith("\n")) start = 1;
    if (text.length > 0) this.#endedWithCarriageReturn = text.endsWith("\r");

    const lineEnd = /\r\n|\r|\n/g;
    lineEnd.lastIndex = start;
    for (let found = lineEnd.exec(text); found !== null; found = lineEnd.exec(text)) {
      this.#keep(text.slice(start, found.index));
      const line = this.#lineParts.join("");
      this.#lineParts = [];
      this.#lineCharacters = 0;
      start = lineEnd.lastIndex;
      const event = this.#takeLine(line);
      if (event) completed.push(event);
    }
    this.#keep(text.slice(start));
    return completed;
  }

  #keep(part: string): void {
    if (part === "") return;
    this.#lineCharacters += part.length;
    if (this.#lineCharacters + this.#dataCharacters > this.#maxCharacters) {
      throw new EventTooLargeError(this.#maxCharacters);
    }
    this.#lineParts.push(part);
  }

  #takeLine(line: string): ServerSentEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line.charAt(colon + 1) === " " ? colon + 2 : colon + 1);
    if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "data") {
      this.#dataCharacters += value.length + 1;
      this.#data.push(value);
    }
    return undefined;
  }

  #dispatch(): ServerSentEvent | undefined {
    const hasData = this.#data.length > 0;
    const event = { event: this.#event === "" ? "message" : this.#event, id: this.#id, data: this.#data.join("\n") };
    this.#event = "";
    this.#data = [];
    this.#dataCharacters = 0;
    return hasData ? event : undefined;
  }
}
