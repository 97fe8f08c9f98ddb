// The day page as one tab stop: arrow keys walk the free times as in a WAI-ARIA grid.
// Below 48rem the table is a list with one button a row, and stays as it is.
const WIDE = matchMedia("(min-width: 48rem)");
const PAGE_ROWS = 10;

const table = document.querySelector("table.grid");
if (table) {
  const apply = () => (WIDE.matches ? becomeGrid(table) : becomeTable(table));
  WIDE.addEventListener("change", apply);
  apply();
  table.addEventListener("keydown", onKey);
  table.addEventListener("focusin", (event) => {
    const link = event.target.closest(".cell a");
    if (link && table.getAttribute("role") === "grid") enter(link);
  });
}

function becomeGrid(table) {
  table.setAttribute("role", "grid");
  for (const cell of table.querySelectorAll('td[role="cell"]')) cell.setAttribute("role", "gridcell");
  const links = table.querySelectorAll(".cell a");
  for (const link of links) link.tabIndex = -1;
  const first = table.querySelector(".chosen .cell a") ?? links[0];
  if (first) first.tabIndex = 0;
}

function becomeTable(table) {
  table.setAttribute("role", "table");
  for (const cell of table.querySelectorAll('td[role="gridcell"]')) cell.setAttribute("role", "cell");
  for (const link of table.querySelectorAll(".cell a")) link.removeAttribute("tabindex");
}

function enter(link) {
  const before = table.querySelector('.cell a[tabindex="0"]');
  if (before) before.tabIndex = -1;
  link.tabIndex = 0;
}

function onKey(event) {
  const link = event.target.closest(".cell a");
  if (!link || table.getAttribute("role") !== "grid" || event.altKey || event.metaKey || event.shiftKey) return;
  const target = destination(link, event.key, event.ctrlKey);
  if (target === undefined) return;
  event.preventDefault();
  target?.focus();
}

/** The link a key leads to: null when there is none that way, undefined when the key is not ours. */
function destination(link, key, withControl) {
  const rows = rowsWithTimes();
  const row = rows.findIndex(({ element }) => element === link.closest("tr"));
  const { links } = rows[row];
  const place = links.indexOf(link);
  if (withControl) {
    if (key === "Home") return rows[0].links[0];
    if (key === "End") return rows.at(-1).links.at(-1);
    return undefined;
  }
  switch (key) {
    case "ArrowRight":
      return links[place + 1] ?? null;
    case "ArrowLeft":
      return links[place - 1] ?? null;
    case "Home":
      return links[0];
    case "End":
      return links.at(-1);
    case "ArrowDown":
      return nearest(rows[row + 1], link);
    case "ArrowUp":
      return nearest(rows[row - 1], link);
    case "PageDown":
      return nearest(rows[Math.min(row + PAGE_ROWS, rows.length - 1)], link);
    case "PageUp":
      return nearest(rows[Math.max(row - PAGE_ROWS, 0)], link);
    default:
      return undefined;
  }
}

function rowsWithTimes() {
  return [...table.rows]
    .map((element) => ({ element, links: [...element.querySelectorAll(".cell a")] }))
    .filter(({ links }) => links.length);
}

/** In another row, the free time that stands closest to the same hour. */
function nearest(row, link) {
  if (!row) return null;
  const hour = link.getBoundingClientRect().left;
  const distance = (other) => Math.abs(other.getBoundingClientRect().left - hour);
  return row.links.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}
