// Makes the admin centre quicker; everything works without it. Words come from the page.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// After a mistake, start at what is said about it.
const wrong = document.querySelector("[role=alert][tabindex], [aria-invalid=true]");
(wrong?.matches("fieldset") ? wrong.querySelector("input:not([type=search]):enabled") : wrong)?.focus();

// Ctrl-K finds pages, settings and people while one types; without it the same is a page.
const finder = document.getElementById("finder");
if (finder) {
  const [box, list, told] = ["input", "ul", "[role=status]"].map((one) => finder.querySelector(one));
  const say = (text) => text?.text ?? text ?? "";
  const words = (cell) => (Array.isArray(cell) ? cell.map(words).join(" · ") : say(cell?.label ?? cell));
  let asked = 0;
  let chosen = -1;

  const choose = (place) => {
    chosen = list.children.length ? (place + list.children.length) % list.children.length : -1;
    all("[role=option]", list).forEach((one, at) => one.setAttribute("aria-selected", at === chosen));
    const one = list.children[chosen];
    if (one) {
      box.setAttribute("aria-activedescendant", one.id);
      one.scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  };

  const row = ({ cells: [name, kind] }, at) => {
    const one = document.createElement("li");
    const label = document.createElement("bdi");
    const about = document.createElement("span");
    Object.assign(one, { id: `finder-${at}`, role: "option" });
    one.dataset.href = name.href;
    label.textContent = say(name.label);
    about.className = "small quiet";
    about.textContent = words(kind);
    one.append(label, about);
    return one;
  };

  const ask = async () => {
    const mine = ++asked;
    const answer = await fetch(`/find?q=${encodeURIComponent(box.value)}`, { headers: { accept: "application/json" } }).catch(() => null);
    if (mine !== asked) return;
    if (!answer?.ok) return void list.replaceChildren();
    const table = (await answer.json()).parts?.find((part) => part.kind_of_part === "Table");
    const rows = table?.rows ?? [];
    list.replaceChildren(...rows.map(row));
    list.hidden = !rows.length;
    box.setAttribute("aria-expanded", rows.length > 0);
    told.textContent = rows.length ? finder.dataset.some.replace("#", rows.length) : finder.dataset.none;
    choose(rows.length && box.value ? 0 : -1);
  };

  const open = () => {
    if (finder.open) return;
    finder.showModal();
    box.focus();
    box.select();
    ask();
  };
  const go = (one) => one && location.assign(one.dataset.href);

  let waiting = 0;
  box.oninput = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 100);
  };
  box.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      choose(chosen < 0 && step < 0 ? -1 : chosen + step);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      go(list.children[chosen]);
    }
  };
  list.onclick = (event) => {
    go(event.target.closest("[role=option]"));
  };
  finder.querySelector("[data-close]").onclick = () => finder.close();
  finder.onclick = (event) => {
    if (event.target === finder) finder.close();
  };
  const link = document.querySelector("[data-find]");
  link.setAttribute("aria-haspopup", "dialog");
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
}

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

// The menu is folded on small screens, also on those that become small.
const menu = document.querySelector(".menu");
if (menu) {
  const small = matchMedia("(max-width: 860px)");
  const fold = () => {
    menu.open = !small.matches;
  };
  small.addEventListener("change", fold);
  fold();
}

for (const button of all("button[data-copy]")) {
  button.hidden = false;
  button.onclick = async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("output").textContent);
    button.textContent = button.dataset.copy;
  };
}

// Long lists of checkboxes are narrowed by what is typed; what is chosen stays to be seen, and how many.
for (const box of all("[data-narrow]")) {
  const field = box.closest("fieldset");
  const options = all(".option", field);
  const told = field.querySelector("[data-chosen]");
  const count = () => {
    told.textContent = told.dataset.chosen.replace("#", options.filter((one) => one.querySelector("input").checked).length);
  };
  box.hidden = told.hidden = false;
  box.oninput = () => {
    const wanted = box.value.toLowerCase();
    for (const one of options) {
      one.hidden = !one.textContent.toLowerCase().includes(wanted) && !one.querySelector("input").checked;
    }
  };
  box.onkeydown = (event) => {
    if (event.key === "Enter") event.preventDefault();
  };
  field.addEventListener("change", count);
  count();
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
