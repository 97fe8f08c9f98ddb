// Where a quarter of an hour lies on the week, and what it is called.
// A place is {column, at, length}: a day's index, quarters from the first row, quarters long.
const WIDE = matchMedia("(min-width: 60rem)");
const QUARTER = 15;

export const WHOLE_HOUR = 4;

export function gridOf(root) {
  const { offset, clock } = root.dataset;
  const first = Number(root.dataset.first) * 4;
  const rows = Number(root.dataset.rows);
  const words = JSON.parse(root.dataset.words);
  const ghost = document.createElement("li");
  const columns = () => [...root.querySelectorAll(".wday")];
  const clockOf = (quarter) => {
    const minutes = (first + quarter) * QUARTER;
    return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  };

  function iso(place) {
    const [hour, minute] = clockOf(place.at);
    return `${columns()[place.column].dataset.date}T${hour}:${minute}:00${offset}`;
  }

  /** "Kamis 10 September, 10.00–11.00" */
  function when(place) {
    return `${columns()[place.column].getAttribute("aria-label")}, ${hours(place)}`;
  }

  function hours({ at, length }) {
    return `${clockOf(at).join(clock)}–${clockOf(at + length).join(clock)}`;
  }

  function placeOf(item) {
    const at = Number(/\bat-(\d+)/.exec(item.className)[1]) - 1;
    return { column: columns().indexOf(item.closest(".wday")), at, length: lengthOf(item) };
  }

  /** The quarter under a point; `null` beside the days. */
  function pointAt(x, y) {
    const column = columns().findIndex((day) => {
      const box = day.getBoundingClientRect();
      return x >= box.left && x < box.right;
    });
    if (column < 0) return null;
    const list = columns()[column].querySelector("ol").getBoundingClientRect();
    return { column, at: Math.floor((y - list.top) / quarterHeight()) };
  }

  function quarterHeight() {
    return root.querySelector(".hrs li").getBoundingClientRect().height / 4;
  }

  function within({ column, at, length }) {
    return {
      column: Math.min(Math.max(column, 0), columns().length - 1),
      at: Math.min(Math.max(at, 0), rows - length),
      length,
    };
  }

  /** What takes time in a column, `except` left out. */
  function taken(column, except) {
    return [...columns()[column].querySelectorAll('.ev:is([data-kind="appointment"], [data-kind="block"])')]
      .filter((item) => item !== except)
      .map((item) => ({ ...placeOf(item), item }));
  }

  /** The empty stretch around a quarter; `null` where something is. */
  function emptyAround({ column, at }) {
    let [from, to] = [0, rows];
    for (const other of taken(column)) {
      if (other.at <= at && at < other.at + other.length) return null;
      if (other.at + other.length <= at) from = Math.max(from, other.at + other.length);
      if (other.at > at) to = Math.min(to, other.at);
    }
    return { column, from, to };
  }

  function isWork({ column, at, length }) {
    return [...columns()[column].querySelectorAll(".work")].some((item) => {
      const place = placeOf(item);
      return place.at <= at && at + length <= place.at + place.length;
    });
  }

  /** A place in words, with what speaks against it as far as the page knows; the server decides. */
  function verdict(place, item) {
    const now = placeOf(item);
    const fill = { when: when(place) };
    if (now.column === place.column && now.at === place.at) return say("same", fill);
    const other = taken(place.column, item).find(
      ({ at, length }) => at < place.at + place.length && place.at < at + length,
    );
    if (other) return say("clash", { ...fill, title: titleOf(other.item) });
    return say(isWork(place) ? "free" : "outside", fill);
  }

  function say(name, fill) {
    return words[name].replace(/\{(\w+)\}/g, (_, key) => fill[key]);
  }

  function showGhost(place, item, note, build) {
    ghost.className = `ev slot--pick ghost at-${place.at + 1} for-${place.length}`;
    if (build) build(ghost, place);
    else {
      const box = document.createElement("div");
      box.append(element("b", item ? titleOf(item) : words.empty), element("span", note ?? hours(place)));
      ghost.replaceChildren(box);
    }
    const list = columns()[place.column].querySelector("ol");
    if (ghost.parentNode !== list) list.append(ghost);
  }

  function followNow() {
    setInterval(() => {
      const today = root.querySelector(".today");
      const mark = today?.querySelector(".now");
      const local = new Date(Date.now() + minutesEast(offset) * 60_000).toISOString();
      if (!mark || today.dataset.date !== local.slice(0, 10)) return;
      const minutes = Number(local.slice(11, 13)) * 60 + Number(local.slice(14, 16)) - first * QUARTER;
      mark.hidden = minutes < 0 || minutes >= rows * QUARTER;
      mark.className = `now at-${Math.floor(minutes / QUARTER) + 1} for-1 now--${Math.floor((minutes % QUARTER) / 5)}`;
    }, 60_000);
  }

  return {
    words,
    say,
    iso,
    when,
    hours,
    placeOf,
    pointAt,
    within,
    emptyAround,
    verdict,
    showGhost,
    hideGhost: () => ghost.remove(),
    isGhost: (node) => ghost.contains(node),
    ghost,
    followNow,
    isShown: () => WIDE.matches,
  };
}

export function lengthOf(item) {
  return Number(/\bfor-(\d+)/.exec(item.className)[1]);
}

export function titleOf(item) {
  return item.querySelector(".name, .why").textContent.trim();
}

export function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function minutesEast(offset) {
  const [hours, minutes] = offset.slice(1).split(":").map(Number);
  return (offset[0] === "-" ? -1 : 1) * (hours * 60 + minutes);
}
