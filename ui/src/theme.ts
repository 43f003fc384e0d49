// Puts the chosen theme on the document. `system` has no mark: the style sheet follows the system by itself.

export function putTheme(theme: string, root: HTMLElement = document.documentElement): void {
  if (theme === "light" || theme === "dark") root.dataset["theme"] = theme;
  else delete root.dataset["theme"];
}
