export type Article = { readonly id: string; readonly name: string; readonly priceCents: number };

const MATERIALS = ["oak", "birch", "steel", "linen", "wool", "glass", "paper", "cork"];
const THINGS = ["chair", "table", "lamp", "shelf", "bowl", "blanket", "mug", "notebook", "clock", "basket"];

export const ARTICLES: readonly Article[] = MATERIALS.flatMap((material, row) =>
  THINGS.map((thing, column) => ({
    id: `${material}-${thing}`,
    name: `${material} ${thing}`,
    priceCents: 900 + 350 * ((row * 7 + column * 3) % 40),
  })),
);

const ARTICLES_BY_WORD = new Map<string, Article[]>();
for (const article of ARTICLES) {
  for (const word of article.name.split(" ")) {
    ARTICLES_BY_WORD.set(word, [...(ARTICLES_BY_WORD.get(word) ?? []), article]);
  }
}

/** Looks at every article. */
export function searchByScan(text: string): readonly Article[] {
  return ARTICLES.filter((article) => article.name.split(" ").includes(text));
}

/** Looks a word up in the index. */
export function searchByIndex(text: string): readonly Article[] {
  return ARTICLES_BY_WORD.get(text) ?? [];
}
