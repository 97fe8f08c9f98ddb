// Enhancement for every page: each works without it.
import { onRepeatedSubmit } from "./submit.js";
import { revealPasswords } from "./reveal.js";
import { share } from "./share.js";

revealPasswords(document);
onRepeatedSubmit(document);
share(document);

// What went wrong is read out first.
document.querySelector(".summary[tabindex]")?.focus();

// A changed choice applies at once; without script the form's button does it.
document.addEventListener("change", (event) => {
  const select = event.target.closest("select[data-auto]");
  select?.form.requestSubmit();
});

// The person's menu closes by Escape and by a click beside it.
const menu = document.querySelector("details.menu");
if (menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
