import type { ConnectionOptions } from "../../command.ts";

export type ForgeKind = "github" | "gitlab";
export type ForgePlace = { readonly name: string; readonly apiUrl: string; readonly tokenVariable: string };

export const FORGE_PLACES: Readonly<Record<ForgeKind, ForgePlace>> = {
  github: { name: "GitHub", apiUrl: "https://api.github.com", tokenVariable: "GITHUB_TOKEN" },
  gitlab: { name: "GitLab", apiUrl: "https://gitlab.com/api/v4", tokenVariable: "GITLAB_TOKEN" },
};

export type ImportOptions = ConnectionOptions & {
  readonly repo: string;
  readonly days: string;
  readonly apiUrl?: string;
  readonly restart?: true;
};
