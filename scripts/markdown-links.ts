import { posix } from "node:path";

/** A link that leads nowhere. */
export type BrokenLink = { readonly from: string; readonly link: string; readonly why: string };

/**
 * Finds the relative links and pictures of markdown files that lead to no file, or to no heading of one.
 *
 * @param documents path in the repository → text, for every markdown file.
 * @param exists whether the repository has a file or folder of this path.
 */
export function findBrokenLinks(
  documents: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): readonly BrokenLink[] {
  const broken: BrokenLink[] = [];
  for (const [from, text] of documents) {
    for (const link of listLinks(text)) {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? from : posix.normalize(posix.join(posix.dirname(from), file));
      const content = documents.get(target);
      if (!exists(target)) broken.push({ from, link, why: "no such file" });
      else if (anchor !== undefined && content !== undefined && !listAnchors(content).has(anchor)) {
        broken.push({ from, link, why: "no such heading" });
      }
    }
  }
  return broken;
}

function listLinks(markdown: string): readonly string[] {
  const links = [
    ...withoutCode(markdown).matchAll(/\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)|<(?:img|a)\s[^>]*(?:src|href)="([^"]+)"/g),
  ];
  return links.map((match) => match[1] ?? match[2] ?? "").filter((link) => !/^([a-z]+:|\/\/)/i.test(link));
}

/** Headings as GitHub makes anchors of them. */
function listAnchors(markdown: string): ReadonlySet<string> {
  const headings = withoutCode(markdown, "fences").matchAll(/^#{1,6}\s+(.+?)\s*$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    ),
  );
}

function withoutCode(markdown: string, what: "all" | "fences" = "all"): string {
  const prose = markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, "");
  return what === "all" ? prose.replace(/`[^`\n]*`/g, "") : prose;
}
