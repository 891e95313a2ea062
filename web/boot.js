// Runs before the first paint: puts the settings kept on this device on <html>, then starts the client.
// The same names are written by `web/src/state/settings.rs`.
(() => {
  const root = document.documentElement;
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("the-space.settings")) ?? {};
  } catch {
    // Storage is forbidden or damaged: the defaults of tokens.css hold.
  }
  for (const name of ["theme", "scheme", "size", "density", "motion"]) {
    if (typeof kept[name] === "string") root.dataset[name] = kept[name];
  }
  if (typeof kept.lang === "string") root.lang = kept.lang;

  const failed = (error) => {
    console.error(error);
    const boot = document.getElementById("boot");
    if (!boot) return;
    const text = document.createElement("p");
    text.textContent =
      { ru: "Не удалось запуститься. Обновите страницу.", uk: "Не вдалося запуститися. Оновіть сторінку." }[root.lang] ??
      "The Space could not start. Please reload the page.";
    boot.append(text);
  };

  addEventListener("DOMContentLoaded", () => {
    const client = document.querySelector('meta[name="client"]');
    import(client.content)
      .then((module) => module.default({ module_or_path: client.dataset.wasm }))
      .catch(failed);
  });
})();
