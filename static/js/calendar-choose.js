// The bar at the foot: what is chosen and what can be done with it. Moving without dragging: first the appointment,
// then "Move", then the target by tap or arrow keys; Enter moves it, Escape gives up.
import { WHOLE_HOUR, element, lengthOf, titleOf } from "./calendar-grid.js";

const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [0, -4], PageDown: [0, 4], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export function chooserOf(root, grid, { move, hush }) {
  const bar = root.querySelector("[data-bar]");
  const week = root.querySelector(".wk");
  const title = bar.querySelector("[data-title]");
  const about = bar.querySelector("[data-about]");
  const target = bar.querySelector("[data-target]");
  let state = null;
  let item = null;
  let place = null;
  let back = null;

  function show(name) {
    state = name;
    for (const part of bar.querySelectorAll("[data-in]")) part.hidden = !part.dataset.in.split(" ").includes(name);
    bar.hidden = false;
  }

  function close() {
    if (!state) return;
    item?.classList.remove("is-picked", "is-leaving");
    grid.hideGhost();
    bar.hidden = true;
    state = item = place = null;
    target.textContent = "";
  }

  function giveUp() {
    const [was, link] = [state === "moving" && item, back];
    close();
    link?.focus();
    if (was) hush(grid.say("kept", { when: grid.when(grid.placeOf(was)) }));
  }

  function link(name, href) {
    bar.querySelector(`[data-link="${name}"]`).href = href;
  }

  /** An appointment. */
  function pick(chosen) {
    close();
    hush();
    item = chosen;
    back = item.querySelector("a");
    item.classList.add("is-picked");
    title.textContent = titleOf(item);
    about.textContent = [grid.when(grid.placeOf(item)), text(".topic"), text(".mode")].filter(Boolean).join(" · ");
    link("open", back.href);
    show("event");
    bar.querySelector('[data-do="move"]').focus();
  }

  function text(selector) {
    return item.querySelector(selector)?.textContent.trim();
  }

  /** Empty time. */
  function offer(chosen) {
    close();
    hush();
    place = chosen;
    title.textContent = grid.when(place);
    about.textContent = "";
    const ends = { ...place, at: place.at + place.length };
    const query = new URLSearchParams({ starts_at: grid.iso(place), ends_at: grid.iso(ends) });
    for (const name of ["block", "new"]) link(name, `${root.dataset[name]}?${query}`);
    grid.showGhost(place);
    show("gap");
    bar.querySelector('[data-link="new"]').focus();
  }

  function startMoving() {
    item.classList.replace("is-picked", "is-leaving");
    about.textContent = grid.words.how;
    link("other", item.dataset.move);
    show("moving");
    go(grid.placeOf(item));
  }

  function go(wanted) {
    place = grid.within(wanted);
    grid.showGhost(place, item, "", build);
    target.textContent = grid.verdict(place, item);
  }

  function build(ghost, { at }) {
    let button = ghost.querySelector("button");
    if (!button) {
      const field = document.createElement("div");
      field.setAttribute("role", "application");
      field.setAttribute("aria-label", grid.say("field", { title: titleOf(item) }));
      button = document.createElement("button");
      button.type = "button";
      button.append(element("b", titleOf(item)), element("span", ""));
      button.addEventListener("click", confirm);
      field.append(button);
      ghost.replaceChildren(field);
    }
    button.lastChild.textContent = grid.hours({ at, length: lengthOf(item) });
    // Set down in another column it would lose the focus.
    requestAnimationFrame(() => button.focus());
  }

  function confirm() {
    const [chosen, to] = [item, place];
    const from = grid.placeOf(chosen);
    if (from.column === to.column && from.at === to.at) return giveUp();
    close();
    move(chosen, to);
  }

  const actions = { move: startMoving, place: confirm, close: giveUp };
  bar.addEventListener("click", (event) => actions[event.target.closest("[data-do]")?.dataset.do]?.());

  week.addEventListener("click", (event) => {
    if (!grid.isShown() || event.metaKey || event.ctrlKey || event.shiftKey || grid.isGhost(event.target)) return;
    const point = event.detail ? grid.pointAt(event.clientX, event.clientY) : null;
    if (state === "moving") {
      event.preventDefault();
      if (point && point.at >= 0) go({ ...point, length: lengthOf(item) });
      return;
    }
    const entry = event.target.closest(".ev");
    if (entry?.dataset.move) {
      event.preventDefault();
      pick(entry);
      return;
    }
    const gap = event.target.closest(".gap");
    if (entry || !event.target.closest(".wday ol")) return;
    event.preventDefault();
    back = gap?.querySelector("a");
    const wanted = point ?? grid.placeOf(gap);
    const empty = grid.emptyAround(wanted);
    if (!empty) return;
    const end = Math.min(empty.to, gap ? grid.placeOf(gap).at + lengthOf(gap) : empty.to);
    offer({ column: wanted.column, at: wanted.at, length: Math.min(WHOLE_HOUR, Math.max(end - wanted.at, 1)) });
  });

  document.addEventListener("keydown", (event) => {
    if (!state) return;
    if (event.key === "Escape") return giveUp();
    const step = state === "moving" && grid.isGhost(event.target) && STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    go({ column: place.column + step[0], at: place.at + step[1], length: place.length });
  });

  return { close, offer, isMoving: () => state === "moving" };
}
