// The extension calculator while one types: the forms app's own answer takes the place of the one that the page shows.
// Without this file, or when anything fails, the button asks for the whole page.
for (const form of document.querySelectorAll("[data-extension]")) {
  const result = form.querySelector("output");
  let asked = "";

  const answer = async () => {
    const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    asked = address;
    const page = await fetch(address).then((response) => response.text()).catch(() => ""); // away: it has no answer either
    const answered = new DOMParser().parseFromString(page, "text/html").querySelector("output.result");
    if (asked !== address) return true; // a later question is on its way
    result.hidden = !answered || answered.hidden; // what answered other dates does not stay
    if (!result.hidden) result.replaceChildren(...answered.childNodes);
    return !result.hidden;
  };

  form.addEventListener("input", () => {
    if (form.until.value) return void answer();
    asked = ""; // nor does what answered a date that is gone
    result.hidden = true;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault(); // what cannot be answered here, the server explains
    answer().then((known) => known || form.submit());
  });
}
