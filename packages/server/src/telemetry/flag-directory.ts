/** The flags that exist, as the snapshots in memory know them. No I/O: it is asked for every batch of spans. */
export type FlagDirectory = {
  find(
    environment: string,
    flag: string,
  ): { readonly service: string; readonly variants: ReadonlySet<string> } | undefined;
  environments(): ReadonlySet<string>;
};
