// The consultant's week, drawn by the server: drag an appointment, or empty time; the same by tap and by keys.
// Without this file every appointment and every empty stretch is a link to a page that does the same.
import { onDrag } from "./calendar-drag.js";
import { gridOf } from "./calendar-grid.js";
import { chooserOf } from "./calendar-choose.js";
import { messagesOf, post, refresh } from "./calendar-send.js";

for (const root of document.querySelectorAll("[data-calendar]")) start(root);

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

function start(root) {
  const grid = gridOf(root);
  const messages = messagesOf(root, grid.words);
  let sending = false;

  async function move(item, place) {
    if (sending) return;
    sending = true;
    chooser.close();
    grid.showGhost(place, item, grid.words.moving);
    item.classList.add("is-leaving");
    const answer = await post(item.dataset.move, root.dataset.token, grid.iso(place));
    const { reference } = item.dataset;
    if (answer.moved) await refresh(root);
    else item.classList.remove("is-leaving");
    grid.hideGhost();
    sending = false;
    if (answer.moved) messages.good(answer.message);
    else messages.bad(answer, item.dataset.move);
    const link = root.querySelector(`[data-reference="${CSS.escape(reference)}"] a`);
    link?.focus({ preventScroll: true });
  }

  const chooser = chooserOf(root, grid, { move, hush: messages.clear });
  onDrag(root, grid, {
    idle: () => !sending && !chooser.isMoving(),
    begin() {
      chooser.close();
      messages.clear();
    },
    move,
    range: chooser.offer,
  });
  grid.followNow();
  root.classList.add("is-live");
}
