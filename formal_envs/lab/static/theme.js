// Light, dark, or as the system has it. No module, so that it runs before anything is painted.
(() => {
  const key = "formal-envs-lab-theme";
  const themes = ["system", "light", "dark"];
  const names = { system: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
  const read = () => {
    try {
      const kept = localStorage.getItem(key);
      return themes.includes(kept) ? kept : "system";
    } catch {
      return "system"; // storage is forbidden
    }
  };
  const apply = (theme) => {
    document.documentElement.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.textContent = names[theme];
  };
  let theme = read();
  apply(theme);
  document.addEventListener("DOMContentLoaded", () => {
    apply(theme);
    document.getElementById("theme").addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      apply(theme);
      try {
        localStorage.setItem(key, theme);
      } catch {
        // the choice lasts as long as the page
      }
    });
  });
})();
