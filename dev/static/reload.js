// Development only: loads the page anew when what it was made of has changed.
// The server writes into the address what it had when it sent this page, so that no change falls in between.
const script = new URL(document.currentScript.src);
const question = "/_reload" + script.search;

function shown() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

async function watch() {
  for (;;) {
    await shown(); // a browser keeps six connections to a server; pages in the background hold none
    try {
      const answer = await fetch(question, { cache: "no-store" }); // answered on a change, or after a while
      if ((await answer.text()) === "changed") return location.reload();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500)); // the web process is being replaced
    }
  }
}

watch();
