// Filters of the news at once: the page behind a filter is fetched and takes the place of this one's main part.
// Without this file, or when anything fails, they are links.
async function show(address) {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = answer.ok && page.querySelector("main:has(.filters)");
  if (!main) throw new Error(answer.status);
  for (const part of ["main", ".languages", "title"]) {
    document.querySelector(part).replaceWith(page.querySelector(part));
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".filters a");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  show(link.href).then(
    () => {
      history.pushState(null, "", link.href);
      document.querySelector(".filters [aria-current]").focus();
    },
    () => location.assign(link.href),
  );
});

addEventListener("popstate", () => show(location.href).catch(() => location.reload()));
