// A share link leads to WhatsApp; where the phone has a share sheet of its own, that opens instead.
// A copy button is hidden until this wakes it.
export function share(root) {
  for (const link of root.querySelectorAll("a[data-share]")) {
    if (!navigator.share) continue;
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      try {
        await navigator.share({ text: link.dataset.share });
      } catch (error) {
        if (error.name !== "AbortError") location.assign(link.href);
      }
    });
  }
  for (const button of root.querySelectorAll("button[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    const before = button.innerHTML;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
      setTimeout(() => {
        button.innerHTML = before;
      }, 3000);
    });
  }
}
