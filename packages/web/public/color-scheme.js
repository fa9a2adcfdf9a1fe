// Sets the colour scheme before the first paint. A file of its own, because the content security policy forbids inline scripts.
// The key and the attribute are the ones that Mantine's provider reads and writes later.
(() => {
  let chosen = "auto";
  try {
    chosen = window.localStorage.getItem("mantine-color-scheme-value") ?? "auto";
  } catch {
    // Storage can be forbidden; the system's scheme is then used.
  }
  const isDark = chosen === "dark" || (chosen !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
})();
