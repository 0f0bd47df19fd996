// The search box: everything it loads lies beside the pages.
addEventListener("DOMContentLoaded", () => {
  const element = document.querySelector("#search");
  if (!element || typeof PagefindUI === "undefined") return;
  const ui = new PagefindUI({ element, showSubResults: true, showImages: false, pageSize: 10, resetStyles: false });
  element.querySelector("input")?.setAttribute("aria-label", "Search the Atlas");
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) ui.triggerSearch(asked);
});
