// The button beside a password is hidden until this wakes it: without script it could do nothing.
export function revealPasswords(root) {
  for (const button of root.querySelectorAll("button[data-reveal]")) {
    const input = root.getElementById(button.getAttribute("aria-controls"));
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
    // A shown password must not be kept by the browser as an ordinary field.
    input.form?.addEventListener("submit", () => {
      input.type = "password";
    });
  }
}
