// Makes the admin centre quicker; everything works without it. Words come from the page.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// After a mistake, start at what is said about it.
document.querySelector("[role=alert][tabindex], [aria-invalid=true]")?.focus();

// Ctrl-K goes to the search.
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.getElementById("find")?.focus();
  }
});

// A form is sent once.
document.addEventListener("submit", (event) => {
  const sent = event.target;
  if (sent.method === "get") return;
  if (sent.dataset.busy) event.preventDefault();
  else {
    sent.dataset.busy = "1";
    setTimeout(() => delete sent.dataset.busy, 10000);
  }
});
addEventListener("pageshow", () => all("form[data-busy]").forEach((sent) => delete sent.dataset.busy));

// The menu is folded on small screens.
const menu = document.querySelector(".menu");
if (menu && matchMedia("(max-width: 860px)").matches) menu.open = false;

for (const button of all("button[data-copy]")) {
  button.hidden = false;
  button.onclick = async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("output").textContent);
    button.textContent = button.dataset.copy;
  };
}

// Long lists of checkboxes are narrowed by what is typed.
for (const box of all("[data-narrow]")) {
  box.hidden = false;
  const options = all(".option", box.parentElement);
  box.oninput = () => {
    const wanted = box.value.toLowerCase();
    for (const option of options) {
      option.hidden = !option.textContent.toLowerCase().includes(wanted) && !option.querySelector("input").checked;
    }
  };
}

// What changes elsewhere is looked at again.
for (const live of all("[data-live]")) {
  const look = async () => {
    const answer = await fetch(live.dataset.live, { headers: { accept: "application/json" } }).catch(() => null);
    const now = answer?.ok ? (await answer.json()).state : live.dataset.state;
    if (now !== live.dataset.state) location.assign(live.dataset.live);
    else setTimeout(look, live.dataset.every * 1000);
  };
  setTimeout(look, live.dataset.every * 1000);
}
