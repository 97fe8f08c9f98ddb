// Asks the server, tells what it says, and draws the page anew as the server draws it.

/** {moved, message, alternatives?, trouble?}; `trouble` where the server gave no answer of its own. */
export async function post(url, token, startsAt) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ csrf_token: token, starts_at: startsAt }),
    });
    const isJson = response.headers.get("Content-Type")?.includes("json");
    if (!isJson || response.redirected) return { moved: false, trouble: response.status >= 500 ? "offline" : "stale" };
    return { ...(await response.json()), moved: response.ok };
  } catch {
    return { moved: false, trouble: "offline" };
  }
}

/** Replaces what depends on the calendar: the week itself and whatever carries `data-fresh` and an id. */
export async function refresh(root) {
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) throw new Error(response.statusText);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const week = page.getElementById(root.id).querySelector(".wk");
    root.querySelector(".wk").replaceChildren(...week.childNodes);
    for (const part of document.querySelectorAll("[data-fresh][id]")) {
      const fresh = page.getElementById(part.id);
      if (fresh) part.replaceChildren(...fresh.childNodes);
      else part.remove();
    }
  } catch {
    location.reload();
  }
}

export function messagesOf(root, words) {
  const places = { good: root.querySelector("[data-good]"), bad: root.querySelector("[data-bad]") };

  function tell(kind, text, links = []) {
    clear();
    const notice = root.querySelector(`template[data-notice="${kind}"]`).content.cloneNode(true);
    const line = notice.querySelector("p");
    line.textContent = text;
    for (const { href, label } of links) {
      const link = document.createElement("a");
      link.href = href;
      link.textContent = label;
      line.append(" ", link);
    }
    const button = root.querySelector('[data-do="close"]').cloneNode(true);
    button.hidden = false;
    button.textContent = words.close;
    button.addEventListener("click", () => clear());
    notice.querySelector(".notice").append(button);
    places[kind].append(notice);
  }

  function clear(text) {
    for (const place of Object.values(places)) place.replaceChildren();
    if (text) tell("good", text);
  }

  return {
    clear,
    good: (text) => tell("good", text),
    bad({ message, alternatives = [], trouble }, moveUrl) {
      if (trouble === "stale") return tell("bad", words.stale, [{ href: location.href, label: words.reload }]);
      if (!message) return tell("bad", words.offline);
      const links = alternatives.map((other) => ({
        href: other.url ?? `${moveUrl}?${new URLSearchParams({ starts_at: other.starts_at })}`,
        label: other.words,
      }));
      tell("bad", message, links);
    },
  };
}
