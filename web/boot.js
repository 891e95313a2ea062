// Runs before the first paint: puts the settings kept on this device on <html>, asks for the texts and
// for what the first screen shows, then starts the client. `web/src/boot.rs` takes the answers.
// The names of the settings are written by `web/src/state/settings.rs`.
(() => {
  const root = document.documentElement;
  const api = "/api/v1";
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("the-space.settings")) ?? {};
  } catch {
    // Storage is forbidden or damaged: the defaults of tokens.css hold.
  }
  for (const name of ["theme", "scheme", "size", "density", "motion"]) {
    if (typeof kept[name] === "string") root.dataset[name] = kept[name];
  }

  const { dataset: texts } = document.querySelector('meta[name="texts"]');
  const wanted = [kept.lang, ...navigator.languages.map((tag) => tag.split("-")[0].toLowerCase()), "en"];
  const lang = wanted.find((tag) => typeof tag === "string" && tag in texts);
  root.lang = lang;

  // Each answer is taken once, by method and address; whoever finds none asks himself.
  const answers = {};
  const headers = { Accept: "application/json", "Accept-Language": lang, "X-Requested-With": "the-space" };
  const ask = (name, path, init) => {
    const answer = fetch(path, { credentials: "same-origin", ...init });
    answer.catch(() => {});
    answers[name] = answer;
    // Who comes later wants what is true then.
    setTimeout(() => delete answers[name], 10_000);
    return answer;
  };
  const get = (path, token) =>
    ask(`GET ${path}`, api + path, { headers: { ...headers, Authorization: `Bearer ${token}` } });

  const file = fetch(texts[lang]).then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)));
  file.catch(() => {});
  globalThis.theSpace = { lang, texts: file, answers };

  if (!/^\/(login|register)/.test(location.pathname)) {
    ask("POST /auth/refresh", `${api}/auth/refresh`, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: '{"refresh_token":null}',
    })
      .then((answer) => (answer.ok ? answer.clone().json() : Promise.reject(answer.status)))
      .then(({ access_token: token }) => {
        get("/spaces?limit=500", token);
        get("/chats", token);
        const chat = /\/(?:c|d)\/([0-9a-f-]{36})$/.exec(location.pathname);
        if (chat && !/[?&]m=/.test(location.search)) get(`/messages/${chat[1]}?limit=30`, token);
      })
      // Nobody is signed in, or the server is not there: the client finds out and says so.
      .catch(() => {});
  }

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
  globalThis.theSpace.failed = failed;

  // The styles of screens that come later: whoever shows one waits for them (`crate::boot::styles`).
  const { content: later } = document.querySelector('meta[name="styles"]');
  let styles;
  const fetchStyles = () =>
    (styles ??= new Promise((done, refuse) => {
      const link = { rel: "stylesheet", href: later, fetchPriority: "low", onload: done };
      const sheet = Object.assign(document.createElement("link"), link);
      sheet.onerror = (event) => {
        // The next who asks tries again.
        styles = undefined;
        sheet.remove();
        refuse(event);
      };
      document.head.append(sheet);
    }));
  globalThis.theSpace.styles = fetchStyles;

  const parts = document.querySelector('meta[name="parts"]');
  const fetchAhead = (list, link) => {
    for (const href of list.split(" ").filter(Boolean)) {
      document.head.append(Object.assign(document.createElement("link"), { href, ...link }));
    }
  };

  // The screen of this address comes with the client, not after it (`crate::lazy!` names the parts).
  const screens = {
    welcome: /^\/(login|register|forgot|reset|i)\b/,
    settings: /^(\/s\/[^/]+)?\/settings\b/,
    tools: /^\/(inbox|threads|discover|stickers|unsubscribe)\b/,
  };
  for (const [part, addresses] of Object.entries(screens)) {
    if (addresses.test(location.pathname)) {
      fetchAhead(parts.dataset[part] ?? "", { rel: "preload", as: "fetch", crossOrigin: "anonymous" });
    }
  }

  // The screens that come later wait in the cache of the browser when they are asked for.
  const fetchParts = () => fetchAhead(parts.content, { rel: "prefetch" });

  addEventListener("DOMContentLoaded", () => {
    fetchStyles().catch(() => {});
    const client = document.querySelector('meta[name="client"]');
    import(client.content)
      .then((module) => module.default({ module_or_path: client.dataset.wasm }))
      .then(() => setTimeout(fetchParts, 3_000))
      .catch(failed);
  });
})();
