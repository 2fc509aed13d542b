// Whoever leaves a page on which something was typed and not saved is asked first. The browser words the question.
let isChanged = false;
for (const form of document.querySelectorAll("form[data-guarded]")) {
  isChanged ||= form.dataset.guarded === "changed";
  form.addEventListener("input", () => { isChanged = true; });
  form.addEventListener("submit", () => { isChanged = false; });
}
window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
