// Protected addresses become links where scripts run; without this file people still read them.
for (const address of document.querySelectorAll("[data-address]")) {
  const text = Array.from(address.querySelectorAll("span"), (part) => part.textContent).join("@");
  const link = document.createElement("a");
  link.href = "mailto:" + text;
  link.textContent = text;
  address.replaceChildren(link);
}
