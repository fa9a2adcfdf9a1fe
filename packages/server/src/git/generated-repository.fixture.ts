import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ENV = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  LC_ALL: "C",
};

export type CommitSpec = {
  /** Marks of parents, the first one is the main line. */
  readonly parents?: readonly number[];
  readonly message: string;
  readonly authoredAtS: number;
  readonly committedAtS?: number;
  readonly author?: string;
  /** Path → content; default: one file that every commit changes. */
  readonly files?: Readonly<Record<string, string>>;
};

/** A real git repository of fixed dates, written through `git fast-import`: 30,000 commits take seconds. */
export class GeneratedRepository {
  readonly path: string;
  readonly #stream: Buffer[] = [];
  #marks = 0;

  constructor(name = "repository") {
    this.path = join(mkdtempSync(join(tmpdir(), "steadfast-git-")), name);
    mkdirSync(this.path);
    git(this.path, ["init", "-q", "--bare", "-b", "main", "."]);
  }

  /** @returns the commit's mark */
  commit({ parents, message, authoredAtS, committedAtS, author, files }: CommitSpec): number {
    const mark = this.#nextMark();
    const from = parents ?? (mark === 1 ? [] : [mark - 1]);
    const who = author ?? "Ada <ada@example.org>";
    // A ref of its own for each commit would cost a file each: all are built on one, and branches are set at the end.
    const head = [`commit refs/build/tip`, `mark :${mark}`, `author ${who} ${authoredAtS} +0000`];
    this.#write(`${head.join("\n")}\ncommitter ${who} ${committedAtS ?? authoredAtS} +0000\n${data(message)}`);
    const [first, ...rest] = from;
    if (first === undefined) this.#write("deleteall\n");
    else this.#write(`from :${first}\n${rest.map((parent) => `merge :${parent}\n`).join("")}`);
    for (const [path, content] of Object.entries(files ?? { "file.txt": `${mark}\n` }))
      this.#write(`M 100644 inline ${JSON.stringify(path)}\n${data(content)}`);
    this.#write("\n");
    return mark;
  }

  /** Starts a history of its own: the next commit without parents. */
  resetTip(): void {
    this.#write("reset refs/build/tip\n\n");
  }

  /** Annotated with a tagger's date, lightweight without. */
  tag(name: string, mark: number, taggedAtS?: number): void {
    if (taggedAtS === undefined) this.#write(`reset refs/tags/${name}\nfrom :${mark}\n\n`);
    else this.#write(`tag ${name}\nfrom :${mark}\ntagger Ada <ada@example.org> ${taggedAtS} +0000\n${data(name)}`);
  }

  branch(name: string, mark: number): void {
    this.#write(`reset refs/heads/${name}\nfrom :${mark}\n\n`);
  }

  /** Writes everything, with `main` at the given mark. */
  async build(main: number): Promise<this> {
    this.branch("main", main);
    const child = spawn("git", ["-C", this.path, "fast-import", "--quiet", "--force"], {
      env: ENV,
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.stdin.end(Buffer.concat(this.#stream));
    const code = await new Promise((resolve) => child.on("close", resolve));
    if (code !== 0) throw new Error(`git fast-import ended with ${String(code)}`);
    git(this.path, ["update-ref", "-d", "refs/build/tip"]);
    git(this.path, ["pack-refs", "--all"]);
    return this;
  }

  git(...args: readonly string[]): string {
    return git(this.path, args);
  }

  remove(): void {
    rmSync(join(this.path, ".."), { recursive: true, force: true });
  }

  #nextMark(): number {
    this.#marks += 1;
    return this.#marks;
  }

  #write(text: string): void {
    this.#stream.push(Buffer.from(text, "latin1"));
  }
}

/** Bytes as they are: a text of Latin-1 characters is written byte by byte, so that it may be any encoding, or none. */
function data(text: string): string {
  return `data ${text.length}\n${text}\n`;
}

export function git(cwd: string, args: readonly string[]): string {
  return execFileSync("git", args, {
    cwd,
    env: ENV,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "pipe"],
  });
}
