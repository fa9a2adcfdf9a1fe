import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

/** The accent from light to dark; index 6 is used on light, 5 on dark. */
const blue: MantineColorsTuple = [
  "#eef3ff",
  "#dbe5fd",
  "#b5c8f8",
  "#8ba9f4",
  "#5f86ea",
  "#3f6bdd",
  "#2453c4",
  "#1e46a8",
  "#193a8c",
  "#132c6b",
];

const red: MantineColorsTuple = [
  "#fdeced",
  "#fad3d6",
  "#f3a6ad",
  "#ec7783",
  "#e24f5e",
  "#d33246",
  "#b8202f",
  "#9d1827",
  "#82121f",
  "#620b16",
];

/** From the text to the ground of the dark scheme; Mantine reads 0 as text, 4 as lines, 6 as fields, 7 as the page. */
const dark: MantineColorsTuple = [
  "#eceef2",
  "#c8cdd6",
  "#a0a9b8",
  "#78818f",
  "#3b4250",
  "#272c36",
  "#1b1f27",
  "#15181e",
  "#0d0f13",
  "#08090c",
];

/** Mantine in our own tokens: its controls look like the rest. */
export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: { light: 6, dark: 5 },
  colors: { blue, red, dark },
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--font-mono)",
  defaultRadius: 8,
  fontSizes: { xs: "12px", sm: "13.5px", md: "14px", lg: "16px", xl: "18px" },
  respectReducedMotion: true,
  cursorType: "pointer",
});

/** Mantine's neutral colours are ours: they follow the scheme by themselves. */
const neutral = {
  "--mantine-color-body": "var(--surface)",
  "--mantine-color-text": "var(--text)",
  "--mantine-color-dimmed": "var(--text-quiet)",
  "--mantine-color-placeholder": "var(--text-quiet)",
  "--mantine-color-error": "var(--bad)",
  "--mantine-color-default": "var(--surface)",
  "--mantine-color-default-hover": "var(--surface-quiet)",
  "--mantine-color-default-color": "var(--text)",
  "--mantine-color-default-border": "var(--line-strong)",
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: neutral, dark: neutral });
