// In a comparison, n and p lead to the next and the previous change. The keys count only while the focus
// is in the comparison (WCAG 2.1.4), and without this script the links at each change do the same.
const comparison = document.querySelector(".comparison");
const stops = comparison ? [...comparison.querySelectorAll("[id^='change-']")] : [];

function move(step) {
  const here = stops.findIndex((stop) => stop.contains(document.activeElement));
  const next = stops[here < 0 ? 0 : here + step];
  if (next) {
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
  }
}

comparison?.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "n") move(1);
  if (event.key === "p") move(-1);
});
document.querySelectorAll(".keys[hidden]").forEach((hint) => { hint.hidden = false; });
