// Results as one types: the server's own page for the words so far lends its results. Without this file, or when
// anything fails, the form is sent as any other.
const form = document.querySelector("main .search");
let timer, asked;

async function show() {
  const query = new URLSearchParams(new FormData(form));
  const address = form.getAttribute("action") + (query.get("q").trim() ? "?" + query : "");
  asked?.abort();
  asked = new AbortController();
  const answer = await fetch(address, { signal: asked.signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of [".results", ".languages"]) document.querySelector(part).replaceWith(page.querySelector(part));
  document.querySelector(".said").textContent = page.querySelector(".said").textContent; // stays, to be read out
  document.title = page.title;
  history.replaceState(null, "", address);
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => show().catch(() => {}), 200);
});
