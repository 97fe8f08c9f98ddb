// A second press of the same button sends nothing. The server books once in any case; this spares the wait.
const sent = new Set();

export function onRepeatedSubmit(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    for (const button of buttonsOf(form)) button.setAttribute("aria-disabled", "true");
  });
  // Back from the next page the form is fresh again.
  window.addEventListener("pageshow", () => {
    for (const form of sent) {
      for (const button of buttonsOf(form)) button.removeAttribute("aria-disabled");
    }
    sent.clear();
  });
}

function buttonsOf(form) {
  return [...form.elements].filter((element) => element.type === "submit");
}
