// The sheet of working hours: lines come, go and are copied without the way to the server, which does the same.
const form = document.querySelector("form[data-hours]");
const HOUR = 60;
const DAY = 24 * HOUR;

const days = () => [...form.querySelectorAll("[data-day]")];
const lines = (day) => [...day.querySelectorAll("[data-line]")];
const part = (line, name) => line.querySelector(`[data-part="${name}"]`);
const minutes = (select) => {
  const [hour, minute] = select.value.split(":").map(Number);
  return hour * HOUR + minute;
};
const written = (minute) =>
  `${String(Math.floor(minute / HOUR)).padStart(2, "0")}:${String(minute % HOUR).padStart(2, "0")}`;

function choose(select, value) {
  if ([...select.options].some((option) => option.value === value)) select.value = value;
}

// The names of a line's fields say where it stands; numbers may have gaps.
function place(line, day, number) {
  const key = `${day.dataset.day}-${number}`;
  const name = day.querySelector("legend").textContent;
  for (const element of line.querySelectorAll("[id], [for], [name]")) {
    for (const attribute of ["id", "for", "name"]) {
      const value = element.getAttribute(attribute);
      if (value) element.setAttribute(attribute, value.replace(/^d\d-\d+/, `d${key}`));
    }
  }
  for (const label of line.querySelectorAll(".htimes label")) {
    label.textContent = label.textContent.replace(/^[^,]*/, name);
  }
  const remove = line.querySelector("[data-remove]");
  remove.value = `remove-${key}`;
  remove.querySelector(".sr").textContent = remove.querySelector(".sr").textContent.replace(/\S+$/, name);
}

function copyOf(line, day) {
  const copy = line.cloneNode(true);
  for (const select of line.querySelectorAll("select")) part(copy, select.dataset.part).value = select.value;
  for (const error of copy.querySelectorAll(".error")) error.remove();
  for (const field of copy.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  copy.classList.remove("field--bad");
  const numbers = lines(day).map((other) => Number(part(other, "opens").name.split("-")[1]));
  place(copy, day, Math.max(-1, ...numbers) + 1);
  day.querySelector("[data-lines]").append(copy);
  return copy;
}

function add(day) {
  const own = lines(day);
  if (own.length) {
    const copy = copyOf(own.at(-1), day);
    const opens = Math.min(minutes(part(own.at(-1), "closes")) + HOUR, DAY - HOUR);
    choose(part(copy, "opens"), written(opens));
    choose(part(copy, "closes"), written(Math.min(opens + 3 * HOUR, DAY)));
    return copy;
  }
  const all = days();
  const before = all.slice(0, all.indexOf(day)).reverse().find((other) => lines(other).length);
  return before && copyOf(lines(before)[0], day);
}

function copyToOthers(day) {
  for (const other of days()) {
    if (other === day || !["1", "2", "3", "4"].includes(other.dataset.day)) continue;
    for (const line of lines(other)) line.remove();
    for (const line of lines(day)) copyOf(line, other);
  }
}

function contents(day) {
  return lines(day).map((line) => [...line.querySelectorAll("[data-part]")].map((field) => field.value).join()).join(";");
}

// What the bar says: how long the week is now, and which days are not as they were.
const bar = document.querySelector("#save");

function tell() {
  for (const day of days()) day.querySelector("[data-off]").hidden = lines(day).length > 0;
  if (!form.dataset.changed || !bar) return;
  const changed = days().filter((day) => contents(day) !== day.dataset.kept);
  const names = changed.map((day) => day.querySelector("legend").textContent.slice(0, 3)).join(", ");
  bar.querySelector(".note").textContent = names
    ? form.dataset.changed.replace("{days}", names)
    : form.dataset.unchanged;
  const length = days().flatMap(lines).reduce((sum, line) => {
    return sum + Math.max(minutes(part(line, "closes")) - minutes(part(line, "opens")), 0);
  }, 0);
  const title = bar.querySelector("b");
  const decimal = document.documentElement.lang === "id" ? "," : ".";
  title.textContent = title.textContent.replace(
    /\d+([.,]\d+)?/,
    String(Math.round((length / HOUR) * 100) / 100).replace(".", decimal),
  );
}

function act(button) {
  const day = button.closest("[data-day]");
  if (button.matches("[data-add]")) {
    const line = add(day);
    if (!line) return false;
    part(line, "opens").focus();
  } else if (button.matches("[data-remove]")) {
    button.closest("[data-line]").remove();
    day.querySelector("[data-add]").focus();
  } else {
    copyToOthers(day);
  }
  tell();
  return true;
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add], [data-remove], [data-copy]");
  if (button && act(button)) event.preventDefault();
});
form?.addEventListener("change", tell);
// A sheet that came back as it was typed says at once what it would change.
if (form && days().some((day) => contents(day) !== day.dataset.kept)) tell();
