// The extension calculator at once: the rule of forms/extension.py, in the sentences that the page carries in data-*.
for (const form of document.querySelectorAll("[data-extension]")) {
  const language = document.documentElement.lang;
  const words = form.dataset;
  const result = form.querySelector("output");
  const plural = new Intl.PluralRules(language);
  const format = new Intl.DateTimeFormat(language === "cs" ? "cs" : "en-GB", { dateStyle: "long", timeZone: "UTC" });
  const show = ([year, month, day]) => format.format(Date.UTC(year, month - 1, day)).replaceAll(" ", "\u00a0");
  const parse = (text) => {
    const date = new Date(`${text}T00:00Z`);
    const real = /^\d{4}-\d\d-\d\d$/.test(text) && !isNaN(date) && date.toISOString().startsWith(text);
    return real && text >= "1990" && text < "2101" ? text.split("-").map(Number) : null;
  };
  // 29 February becomes 28 February with the first year and stays it.
  const later = ([year, month, day], years) => [year + years, month, month === 2 && day === 29 ? 28 : day];
  const before = (one, other) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
  const fill = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values[name]);
  const today = () => parse(new Date().toLocaleDateString("en-CA", { timeZone: "Europe/Prague" }));

  const answer = () => {
    const until = parse(form.until.value);
    const ordered = form.ordered.value ? parse(form.ordered.value) : today();
    const years = Number(form.years.value || 1);
    result.hidden = !(until && ordered && Number.isInteger(years) && years >= 1 && years <= 20);
    if (result.hidden) return;
    const newEnd = later(until, years);
    let needed = Math.max(1, ordered[0] - until[0]);
    if (before(later(until, needed), ordered) < 0) needed += 1;
    const values = {
      new_end: show(newEnd),
      until: show(until),
      needed: fill(words[plural.select(needed)], { n: needed }),
    };
    const line = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: fill(text, values), className: name });
    result.replaceChildren(line("strong", words.result, ""), line("span", words.why, ""));
    if (before(newEnd, ordered) < 0) result.append(line("span", words.past, "past"));
    const order = line("a", words.order, "");
    order.href = `${words.form}?tier=updates&updates_until=${form.until.value}`;
    result.append(order);
  };
  form.addEventListener("input", answer);
  form.addEventListener("submit", (event) => {
    answer();
    if (!result.hidden) event.preventDefault(); // what cannot be answered here, the server explains
  });
}
