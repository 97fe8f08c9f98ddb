// Pointer: mouse and pen drag at once, a finger after a long press, so that it still scrolls the page.
import { lengthOf } from "./calendar-grid.js";

const LONG_PRESS = 400;
const SLIP = 5;
const EDGE = 56;

export function onDrag(root, grid, { idle, begin, move, range }) {
  const week = root.querySelector(".wk");
  let drag = null;
  let swallow = false;

  week.addEventListener("dragstart", (event) => event.preventDefault());
  week.addEventListener("pointerdown", (event) => {
    swallow = false;
    if (drag || event.button || !event.isPrimary || !grid.isShown() || !idle()) return;
    const point = grid.pointAt(event.clientX, event.clientY);
    if (!point || point.at < 0 || !event.target.closest(".wday ol")) return;
    const item = event.target.closest(".ev");
    if (item ? !item.dataset.move : !grid.emptyAround(point)) return;
    drag = { item, point, x: event.clientX, y: event.clientY, id: event.pointerId, on: false, scroll: 0 };
    if (item) drag.grip = point.at - grid.placeOf(item).at;
    else drag.empty = grid.emptyAround(point);
    if (event.pointerType === "touch") drag.timer = setTimeout(take, LONG_PRESS);
  });

  document.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drag?.id) return;
    if (!drag.on) {
      const slipped = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > SLIP;
      if (!slipped) return;
      if (drag.timer) return drop();
      take();
    }
    [drag.x, drag.y] = [event.clientX, event.clientY];
    drag.scroll = event.clientY < EDGE ? -1 : event.clientY > innerHeight - EDGE ? 1 : 0;
    follow();
  });
  document.addEventListener("pointerup", (event) => {
    if (event.pointerId !== drag?.id) return;
    const { on, item, place } = drag;
    drop();
    if (!on) return;
    swallow = true;
    if (!item) return range(place);
    const before = grid.placeOf(item);
    if (place.column === before.column && place.at === before.at) grid.hideGhost();
    else move(item, place);
  });
  document.addEventListener("pointercancel", (event) => event.pointerId === drag?.id && abandon());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drag?.on) return;
    event.stopImmediatePropagation();
    abandon();
    swallow = true;
  }, true);

  // What ends a drag is no click; a long press opens no menu; a finger that drags does not scroll.
  week.addEventListener("click", (event) => {
    if (!swallow) return;
    swallow = false;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  week.addEventListener("contextmenu", (event) => drag?.timer && event.preventDefault());
  week.addEventListener("touchmove", (event) => drag?.on && event.preventDefault(), { passive: false });

  function take() {
    drag.on = true;
    begin();
    document.documentElement.classList.add("is-dragging");
    drag.item?.classList.add("is-leaving");
    follow();
    requestAnimationFrame(scroll);
  }

  function follow() {
    const point = grid.pointAt(drag.x, drag.y);
    if (drag.item && point) {
      drag.place = grid.within({ column: point.column, at: point.at - drag.grip, length: lengthOf(drag.item) });
    } else if (drag.item) {
      drag.place ??= grid.placeOf(drag.item);
    } else {
      const { column, from, to } = drag.empty;
      const at = point ? Math.min(Math.max(point.at, from), to - 1) : drag.point.at;
      const start = Math.min(at, drag.point.at);
      drag.place = { column, at: start, length: Math.max(at, drag.point.at) - start + 1 };
    }
    grid.showGhost(drag.place, drag.item);
  }

  function scroll() {
    if (!drag?.on) return;
    if (drag.scroll) {
      scrollBy(0, drag.scroll * 10);
      follow();
    }
    requestAnimationFrame(scroll);
  }

  function drop() {
    clearTimeout(drag.timer);
    document.documentElement.classList.remove("is-dragging");
    drag.item?.classList.remove("is-leaving");
    drag = null;
  }

  function abandon() {
    drop();
    grid.hideGhost();
  }
}
